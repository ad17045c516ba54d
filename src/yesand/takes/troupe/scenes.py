"""The scenes of the sample troupe, written as an improv teacher would give them."""

from __future__ import annotations

from dataclasses import dataclass

from yesand.takes.layouts.layout import Prompt


@dataclass(frozen=True)
class Scripted:
    """A scene, and the line of gibberish that is said in it whatever the emotion."""

    prompt: Prompt
    line: str


SCENES = (
    Scripted(
        Prompt(
            slug="last-train",
            title="The last train",
            circumstances=(
                "Eight minutes to midnight on a country platform. The last train left a minute "
                "early, with your bag on the luggage rack. It has begun to rain."
            ),
            relationship=(
                "Two siblings on the way back from selling their parents' house. You were the "
                "one who wanted to stop for coffee."
            ),
            beats=(
                "See that the track is empty",
                "Tell the other, who has not noticed",
                "Let what you feel about it be heard before any plan is made",
            ),
        ),
        "ma-ni lo-se da-wu ti-ka",
    ),
    Scripted(
        Prompt(
            slug="wedding-cake",
            title="The wedding cake",
            circumstances=(
                "The back kitchen of a village hall, ten minutes before the cake is due. It "
                "stands on the table. The name on it is not the bride's."
            ),
            relationship=(
                "A baker and the apprentice who iced it. The baker retires tomorrow and hands "
                "the shop to the apprentice."
            ),
            beats=(
                "Read the name aloud",
                "Understand whose it is",
                "Answer the apprentice, who is waiting for your verdict",
            ),
        ),
        "so-ba ri-na me-ku la-do",
    ),
    Scripted(
        Prompt(
            slug="spare-key",
            title="The spare key",
            circumstances=(
                "A stairwell in the morning. A neighbour hands you the spare key to your flat "
                "back in an envelope, with a removal van running outside."
            ),
            relationship=(
                "Neighbours for eleven years who have watered each other's plants and never "
                "once sat down at the same table."
            ),
            beats=(
                "Take the envelope and feel what is in it",
                "Look past the neighbour at the van",
                "Say the one thing there is time for",
            ),
        ),
        "ye-lo ta-mi nu-sa ko-ri",
    ),
    Scripted(
        Prompt(
            slug="lighthouse",
            title="Night watch",
            circumstances=(
                "A lighthouse in fog. The lamp has gone out for the first time in forty years, "
                "and comes on again by itself as you reach the top of the stairs."
            ),
            relationship="The keeper, and the inspector who came to close the place down.",
            beats=(
                "Arrive out of breath in the dark",
                "The light: let it change you",
                "Tell the inspector what you have decided",
            ),
        ),
        "wa-le si-mo bu-na re-ti",
    ),
)
