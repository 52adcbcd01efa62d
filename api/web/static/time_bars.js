// The bars of the day: what the pointer or the arrow keys are at is said in words above them. Without
// it the bars are links to their rounds, and each has its line of text.

const said = document.getElementById("bars-said");
const rides = document.querySelectorAll(".bars-plot .ride");

function show(stop) {
  for (const other of document.querySelectorAll(".bars-plot .stop.shown")) other.classList.remove("shown");
  stop?.classList.add("shown");
  said.textContent = stop ? stop.querySelector("title").textContent : said.dataset.keys;
}

function step(ride, key) {
  const stops = [...ride.querySelectorAll(".stop")];
  const at = stops.findIndex((stop) => stop.classList.contains("shown"));
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: stops.length - 1 }[key];
  if (next === undefined || !stops.length) return false;
  show(stops[(next + stops.length) % stops.length]);
  return true;
}

// Opens the round that a bar stands for, so that its link leads to something to read.
function open(ride) {
  const round = document.getElementById(`tournee-${ride.dataset.round}`);
  if (round) round.open = true;
}

for (const ride of rides) {
  ride.addEventListener("keydown", (event) => {
    if (step(ride, event.key)) event.preventDefault();
  });
  ride.addEventListener("click", () => open(ride));
  ride.addEventListener("focus", () => show(null));
  ride.addEventListener("pointerover", ({ target }) => {
    const stop = target.closest(".stop");
    if (stop) show(stop);
  });
}
if (rides.length) {
  said.hidden = false;
  show(null);
}
