// A visit is dragged to another time or team. The page that asks first is the same to which the
// buttons of each visit lead, so that all works without this file.

for (const road of document.querySelectorAll("[data-road]")) {
  let stop = null;

  const gapOf = (event) => event.target.closest?.(".gap");

  const mark = (gap) => {
    for (const other of road.querySelectorAll(".gap.over")) other.classList.remove("over");
    gap?.classList.add("over");
  };

  const end = () => {
    stop?.classList.remove("dragged");
    road.classList.remove("dragging");
    mark(null);
    stop = null;
  };

  road.addEventListener("dragstart", (event) => {
    stop = event.target.closest?.(".stop");
    if (!stop) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", stop.dataset.move);
    // the gaps grow only after the browser has drawn what hangs on the pointer
    setTimeout(() => {
      stop?.classList.add("dragged");
      road.classList.add("dragging");
    });
  });

  road.addEventListener("dragover", (event) => {
    const place = gapOf(event) ?? event.target.closest?.(".team");
    if (!stop || !place) return;
    event.preventDefault();
    mark(gapOf(event));
  });

  road.addEventListener("drop", (event) => {
    const team = event.target.closest?.(".team");
    if (!stop || !team) return;
    event.preventDefault();
    const asked = new URLSearchParams({ team: team.dataset.team });
    const gap = gapOf(event);
    if (gap) asked.set("at", gap.dataset.after);
    const { move } = stop.dataset;
    end();
    location.assign(`${move}?${asked}`);
  });

  road.addEventListener("dragend", end);
}
