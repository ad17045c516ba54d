// Read a text/event-stream response; call take(event, id, data) for every event.
export async function events(response, take) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    held += value;
    let end;
    while ((end = held.indexOf("\n\n")) >= 0) {
      const lines = held.slice(0, end).split("\n");
      held = held.slice(end + 2);
      const told = Object.fromEntries(lines.filter((l) => /^(id|event|data): /.test(l)).map((l) => [l.slice(0, l.indexOf(":")), l.slice(l.indexOf(":") + 2)]));
      if (told.event) take(told.event, told.id, JSON.parse(told.data));
    }
  }
}
