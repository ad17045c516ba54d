"""Forms of the scene library, of projects and of verdicts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yesand.agreements.models import Agreement
from yesand.agreements.templates import STANDARDS
from yesand.people.models import Performer
from yesand.takes.models import Project, Review, Scene
from yesand.takes.projects.services import Words, new_slug

#: Text of a person, in whatever script they write.
_AUTO = {"dir": "auto"}


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **_AUTO})


class SceneForm(forms.ModelForm[Scene]):
    """A scene: what is given, who they are to each other, where it turns, and what is felt."""

    turns = forms.CharField(
        label=_("Beats, one a line"), required=False, widget=_area(5), max_length=20_000
    )

    class Meta:
        """What of a scene is written by hand."""

        model = Scene
        fields = ["title", "circumstances", "relationship", "emotion", "language"]
        labels = {
            "title": _("Title"),
            "circumstances": _("Given circumstances"),
            "relationship": _("Relationship"),
            "emotion": _("Emotion"),
            "language": _("Language"),
        }
        help_texts = {
            "emotion": _("The one that the performer plays, as an English word: anger, joy …"),
            "language": _("A code such as en or de; empty if any will do."),
        }
        widgets = {
            "title": forms.TextInput(attrs=_AUTO),
            "circumstances": _area(4),
            "relationship": _area(2),
        }

    field_order = ["title", "circumstances", "relationship", "turns", "emotion", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["emotion"].required = True
        for name in ("circumstances", "relationship"):
            self.fields[name].max_length = 20_000  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["turns"] = "\n".join(self.instance.beats)

    def clean_emotion(self) -> str:
        """Write it small, so that one emotion has one name."""
        return str(self.cleaned_data["emotion"]).strip().lower()

    def save(self, commit: bool = True) -> Scene:
        """Keep it, with an address of its own if it is new."""
        lines = self.cleaned_data["turns"].splitlines()
        self.instance.beats = [line.strip() for line in lines if line.strip()]
        if not self.instance.slug:
            self.instance.slug = new_slug(self.instance.title, 120)
        return super().save(commit)


class ProjectForm(forms.Form):
    """A project: its words, its agreement, its scenes in order, and who is invited."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(attrs=_AUTO))
    dek = forms.CharField(
        label=_("What it is for"),
        required=False,
        max_length=20_000,
        widget=_area(3),
        help_text=_("Two sentences that a performer reads first."),
    )
    template = forms.ChoiceField(label=_("Agreement that its takes are under"))
    open = forms.BooleanField(label=_("Takes recordings"), required=False, initial=True)
    performers = forms.ModelMultipleChoiceField(
        Performer.objects.none(),
        label=_("Invited"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, project: Project | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.scenes = list(_scenes(project))
        placed = {p.scene_id: p.place for p in project.placings.all()} if project else {}
        for scene in self.scenes:
            self.fields[f"place-{scene.pk}"] = forms.IntegerField(
                label=scene.title,
                required=False,
                min_value=1,
                max_value=9999,
                initial=placed.get(scene.pk),
            )
        self.fields["template"].choices = [(t, t) for t in _templates(project)]  # type: ignore[attr-defined]
        self.fields["performers"].queryset = _performers(project)  # type: ignore[attr-defined]
        if project:
            self.initial = {
                "title": project.title,
                "dek": project.dek,
                "template": project.template,
                "open": project.open,
                "performers": list(project.performers.all()),
            }

    @property
    def places(self) -> list[tuple[Scene, forms.BoundField]]:
        """Each scene with the field of its place; those that have one come first."""
        rows = [(scene, self[f"place-{scene.pk}"]) for scene in self.scenes]
        return sorted(rows, key=lambda row: (row[1].initial is None, row[1].initial or 0))

    def words(self) -> Words:
        """Return the project's own words."""
        told = self.cleaned_data
        return Words(told["title"], told["dek"], told["template"], told["open"])

    def chosen(self) -> dict[Scene, int]:
        """Return the scenes that were given a place."""
        told = ((scene, self.cleaned_data[f"place-{scene.pk}"]) for scene in self.scenes)
        return {scene: place for scene, place in told if place is not None}


def _scenes(project: Project | None) -> Any:
    """Return the library: scenes that ask for an emotion, and what the project has already."""
    wanted = ~Q(emotion="")
    if project:
        wanted |= Q(projects=project)
    return Scene.objects.filter(wanted).distinct().order_by("emotion", "title", "pk")


def _performers(project: Project | None) -> Any:
    """Return who can be invited: whoever has an account, and who is invited already."""
    wanted = Q(user__isnull=False)
    if project:
        wanted |= Q(projects=project)
    return Performer.objects.filter(wanted).distinct().order_by("handle")


def _templates(project: Project | None) -> list[str]:
    signed = Agreement.objects.filter(kind=Agreement.Kind.INDIVIDUAL)
    names = {f"standard/{name}" for name in STANDARDS}
    names |= set(signed.values_list("template", flat=True).distinct())
    if project:
        names.add(project.template)
    return sorted(names)


class ReviewForm(forms.Form):
    """A verdict on a take, with its reason."""

    of = forms.CharField(max_length=80, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(choices=Review.Verdict.choices)
    reason = forms.CharField(max_length=500, widget=forms.TextInput(attrs=_AUTO))
