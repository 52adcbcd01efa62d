// The stops of the chosen round as buttons on the map. One of them is in the tab order; arrow keys
// go from stop to stop as the courier does. What they say is read from the stop's row in the page.

const TEXT = { time: ".c-time", place: ".c-place", work: ".c-work", state: ".c-state" };

export function row(round, stop) {
  return document.querySelector(`[data-round="${round}"] [data-stop="${stop}"]`);
}

function said(round, stop) {
  const cells = row(round, stop);
  const text = (part) => cells.querySelector(TEXT[part]).textContent.replace(/\s+/g, " ").trim();
  return Object.fromEntries(Object.keys(TEXT).map((part) => [part, text(part)]));
}

// One mark for all visits to a place: a shop the round comes back to shows "3 · 12".
function places(stops) {
  const found = new Map();
  for (const stop of stops) {
    const key = stop.geometry.coordinates.join();
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(stop);
  }
  return [...found.values()];
}

function tip(round, numbers, word) {
  const box = document.createElement("div");
  box.className = "tip";
  for (const number of numbers) {
    const { time, place, work, state } = said(round, number);
    const head = document.createElement("p");
    head.className = "tip-head";
    const strong = document.createElement("b");
    strong.textContent = `${word} ${number}`;
    head.append(strong, `${time}`);
    const lines = [place, work, state].map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    });
    box.append(head, ...lines);
  }
  return box;
}

export class Stops {
  constructor(map, maplibre, words) {
    this.map = map;
    this.maplibre = maplibre;
    this.word = words.stop;
    this.marks = [];
    this.popup = new maplibre.Popup({
      closeButton: false, closeOnClick: true, focusAfterOpen: false, offset: 18, maxWidth: "18rem",
    });
    this.popup.on("close", () => this.forget());
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.popup.remove());
  }

  clear() {
    this.popup.remove();
    for (const { marker } of this.marks) marker.remove();
    this.marks = [];
  }

  // `stops` are the round's point features in riding order.
  show(round, tint, stops) {
    this.clear();
    this.round = round;
    this.tint = tint;
    for (const visits of places(stops)) {
      const { kind, states } = {
        kind: visits[0].properties.stop, states: visits.map((each) => each.properties.state),
      };
      const numbers = visits.map((each) => each.properties.position);
      const state = ["failed", "to_do"].find((each) => states.includes(each)) ?? "done";
      const element = document.createElement("button");
      element.type = "button";
      element.className = `mark mark-${kind} state-${state} tint-${tint}`;
      element.textContent = numbers.join(" · ");
      const lnglat = visits[0].geometry.coordinates;
      const marker = new this.maplibre.Marker({ element }).setLngLat(lnglat).addTo(this.map);
      const mark = { element, marker, numbers, lnglat };
      element.setAttribute("aria-label", this.sentence(numbers));
      element.tabIndex = this.marks.length ? -1 : 0;
      element.addEventListener("focus", () => this.point(mark));
      element.addEventListener("mouseenter", () => this.point(mark));
      element.addEventListener("click", (event) => {
        event.stopPropagation();
        this.point(mark);
      });
      element.addEventListener("keydown", (event) => this.step(event, mark));
      this.marks.push(mark);
    }
  }

  // The name begins with what the mark shows, as those who speak to their screens need it.
  sentence(numbers) {
    const visits = numbers.map((number) => {
      const { time, place, work, state } = said(this.round, number);
      return [time, place, work, state].join(", ");
    });
    return `${this.word} ${numbers.join(" · ")}, ${visits.join(" ; ")}`;
  }

  step(event, mark) {
    const at = this.marks.indexOf(mark);
    const last = this.marks.length - 1;
    const next = {
      ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.focus(this.marks[(next + this.marks.length) % this.marks.length]);
  }

  focus(mark) {
    for (const each of this.marks) each.element.tabIndex = each === mark ? 0 : -1;
    mark.element.focus({ preventScroll: true });
  }

  focusStop(number) {
    const mark = this.marks.find(({ numbers }) => numbers.includes(number));
    if (mark) this.focus(mark);
  }

  point(mark) {
    this.forget();
    mark.element.classList.add("shown");
    const shown = tip(this.round, mark.numbers, this.word);
    shown.classList.add(`tint-${this.tint}`);
    this.popup.setLngLat(mark.lnglat).setDOMContent(shown).addTo(this.map);
    for (const number of mark.numbers) row(this.round, number)?.classList.add("shown");
    if (!this.map.getBounds().contains(mark.lnglat)) this.map.easeTo({ center: mark.lnglat });
  }

  forget() {
    for (const { element } of this.marks) element.classList.remove("shown");
    for (const each of document.querySelectorAll("[data-stop].shown")) each.classList.remove("shown");
  }
}
