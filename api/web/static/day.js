// The day's map: draw it, let a round be chosen, and keep map, list and tables of one mind. Without
// it the page is whole: this file only ever adds.

import { Stops } from "./stops.js";
import { bounds, complain, fetched, joined, loaded, markHub, open } from "./map_frame.js";
import { imageName } from "./map_shapes.js";
import { arrowAside, aside, style } from "./map_style.js";

const facts = JSON.parse(document.getElementById("facts").textContent);
const words = facts.words;
const rounds = Object.entries(facts.tints).map(([number, tint]) => ({
  number: Number(number), tint, pattern: facts.patterns[number],
}));
const holder = document.getElementById("map");
const state = document.getElementById("map-state");
const view = { chosen: 0, map: null, stops: null, features: [] };

function drawn(features) {
  const ways = rounds.map(({ number }) => joined(features, number));
  const stops = features
    .filter(({ properties }) => properties.kind === "stop")
    .map((stop) => {
      const { stop: kind, state: at, round } = stop.properties;
      const image = imageName(kind, at, facts.tints[round]);
      return { ...stop, properties: { ...stop.properties, image } };
    });
  return [...ways.filter(({ geometry }) => geometry.coordinates.length > 1), ...stops];
}

const around = (number) =>
  bounds(view.maplibre, view.features.filter(({ properties: p }) => !number || p.round === number));

async function draw() {
  state.textContent = words.loading;
  const [maplibre, base, day] = await fetched(facts);
  Object.assign(view, { maplibre, features: drawn(day.features) });
  const data = { type: "FeatureCollection", features: view.features };
  const map = open(maplibre, holder, {
    words, box: around(0), padding: 36, style: () => style(base, data, rounds), restyled: fade,
  });
  markHub(maplibre, map, day.features);
  Object.assign(view, { map, stops: new Stops(map, maplibre, words) });
  listen(map);
  await loaded(map);
  state.hidden = true;
  holder.dataset.ready = "yes";
  offerStops();
  const asked = Number(location.hash.match(/^#tournee-(\d+)$/)?.[1] ?? 0);
  if (facts.tints[asked]) choose(asked);
}

function listen(map) {
  const layers = rounds.flatMap(({ number }) => [`stops-${number}`, `edge-${number}`]);
  map.on("click", layers, ({ features: [hit] }) => {
    const { round, kind, position } = hit.properties;
    choose(round, { stay: true });
    if (kind === "stop") view.stops.focusStop(position);
  });
  map.on("mouseenter", layers, () => map.getCanvas().classList.add("aim"));
  map.on("mouseleave", layers, () => map.getCanvas().classList.remove("aim"));
}

function fade() {
  for (const { number } of rounds) {
    const away = view.chosen && view.chosen !== number;
    view.map.setPaintProperty(`way-${number}`, "line-opacity", away ? 0.14 : 1);
    view.map.setPaintProperty(`edge-${number}`, "line-opacity", away ? 0 : 1);
    const lane = view.chosen ? 1 : number;
    view.map.setPaintProperty(`way-${number}`, "line-offset", aside(lane));
    view.map.setPaintProperty(`edge-${number}`, "line-offset", aside(lane));
    view.map.setLayoutProperty(`arrow-${number}`, "icon-offset", arrowAside(lane));
    const shown = away ? "none" : "visible";
    view.map.setLayoutProperty(`arrow-${number}`, "visibility", shown);
    const dots = view.chosen ? "none" : "visible";
    view.map.setLayoutProperty(`stops-${number}`, "visibility", dots);
    if (view.chosen === number) {
      view.map.moveLayer(`edge-${number}`, "river-names");
      view.map.moveLayer(`way-${number}`, "river-names");
    }
  }
}

function choose(number, { stay = false } = {}) {
  if (number === view.chosen && stay) return;
  view.chosen = number;
  for (const button of document.querySelectorAll(".pick")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.round) === number));
  }
  for (const round of document.querySelectorAll("details.round")) {
    round.classList.toggle("chosen", Number(round.dataset.round) === number);
  }
  const chosen = document.getElementById(`tournee-${number}`);
  if (chosen) chosen.open = true;
  const name = chosen?.querySelector(".round-name").textContent.replace(/\s+/g, " ").trim();
  document.getElementById("said").textContent = name ? `${name}. ${words.selected}` : words.all_rounds;
  history.replaceState(null, "", number ? `#tournee-${number}` : location.pathname + location.search);
  if (!view.map) return;
  fade();
  const stops = view.features.filter(({ properties: p }) => p.kind === "stop" && p.round === number);
  if (number) view.stops.show(number, facts.tints[number], stops);
  else view.stops.clear();
  if (!stay) view.map.fitBounds(around(number), { padding: 44, maxZoom: 17 });
}

// Each row's number becomes the way to its stop on the map.
function offerStops() {
  for (const row of document.querySelectorAll(".stops tr[data-stop]")) {
    const number = Number(row.dataset.stop);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "show";
    button.textContent = number;
    button.setAttribute("aria-label", `${words.stop} ${number}, ${words.show_stop}`);
    button.addEventListener("click", () => {
      choose(Number(row.closest("details").dataset.round), { stay: true });
      holder.scrollIntoView({ block: "center" });
      view.stops.focusStop(number);
    });
    row.querySelector(".c-number").replaceChildren(button);
  }
}

for (const button of document.querySelectorAll(".pick")) {
  button.addEventListener("click", () => choose(Number(button.dataset.round)));
}
addEventListener("beforeprint", () => {
  for (const round of document.querySelectorAll("details.round")) round.open = true;
});

draw().catch((error) => complain(error, holder, state, words));
