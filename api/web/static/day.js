// The day's map: draw it, let a round be chosen, and keep map, list and tables of one mind. Without
// it the page is whole: this file only ever adds.

import { Stops } from "./stops.js";
import { hubMark, imageName, provide } from "./map_shapes.js";
import { arrowAside, aside, style } from "./map_style.js";

const facts = JSON.parse(document.getElementById("facts").textContent);
const words = facts.words;
const rounds = Object.entries(facts.tints).map(([number, tint]) => ({
  number: Number(number), tint, pattern: facts.patterns[number],
}));
const holder = document.getElementById("map");
const state = document.getElementById("map-state");
const dark = matchMedia("(prefers-color-scheme: dark)");
const view = { chosen: 0, map: null, stops: null, features: [] };

class NoWebGL extends Error {}

async function json(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

// A town whose file is gone from the server still shows its rounds.
const streets = () => json(facts.streets).catch(() => ({ type: "FeatureCollection", features: [] }));

function checkWebGL() {
  const probe = document.createElement("canvas").getContext("webgl2");
  if (!probe) throw new NoWebGL();
  probe.getExtension("WEBGL_lose_context")?.loseContext();
}

// Join the legs of each round into one line, so that dashes and arrows run on across stops.
function joined(features) {
  const ways = rounds.map(({ number }) => ({
    type: "Feature",
    properties: { kind: "way", round: number },
    geometry: {
      type: "LineString",
      coordinates: features
        .filter(({ properties: p }) => p.kind === "leg" && p.round === number)
        .flatMap(({ geometry }) => geometry.coordinates),
    },
  }));
  const stops = features
    .filter(({ properties }) => properties.kind === "stop")
    .map((stop) => {
      const { stop: kind, state: at, round } = stop.properties;
      const image = imageName(kind, at, facts.tints[round]);
      return { ...stop, properties: { ...stop.properties, image } };
    });
  return [...ways.filter(({ geometry }) => geometry.coordinates.length > 1), ...stops];
}

function bounds(maplibre, number) {
  const box = new maplibre.LngLatBounds();
  for (const { properties, geometry } of view.features) {
    if (number && properties.round !== number) continue;
    for (const place of [geometry.coordinates].flat(geometry.type === "Point" ? 0 : 1)) box.extend(place);
  }
  return box;
}

function locale() {
  return {
    "Map.Title": words.title,
    "NavigationControl.ZoomIn": words.zoom_in,
    "NavigationControl.ZoomOut": words.zoom_out,
    "CooperativeGesturesHandler.WindowsHelpText": words.scroll,
    "CooperativeGesturesHandler.MacHelpText": words.scroll_mac,
    "CooperativeGesturesHandler.MobileHelpText": words.fingers,
    "Marker.Title": words.hub,
  };
}

async function draw() {
  state.textContent = words.loading;
  checkWebGL();
  const [maplibre, base, day] = await Promise.all([
    import(facts.maplibre), streets(), json(facts.rounds),
  ]);
  view.features = joined(day.features);
  const data = { type: "FeatureCollection", features: view.features };
  holder.hidden = false;
  const map = new maplibre.Map({
    container: holder,
    style: style(base, data, rounds),
    bounds: bounds(maplibre, 0),
    fitBoundsOptions: { padding: 36 },
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    locale: locale(),
  });
  map.touchZoomRotate.disableRotation();
  provide(map);
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  const first = day.features.find(({ properties }) => properties.kind === "leg");
  if (first) {
    const hub = new maplibre.Marker({ element: hubMark() });
    hub.setLngLat(first.geometry.coordinates[0]).addTo(map);
  }
  Object.assign(view, { map, maplibre, stops: new Stops(map, maplibre, words) });
  dark.addEventListener("change", () => {
    map.setStyle(style(base, data, rounds), { diff: false });
    map.once("style.load", () => fade());
  });
  listen(map);
  const far = () => holder.classList.toggle("far", map.getZoom() < 14.8);
  map.on("zoom", far);
  far();
  await new Promise((resolve) => map.once("load", resolve));
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
  if (!stay) view.map.fitBounds(bounds(view.maplibre, number), { padding: 44, maxZoom: 17 });
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

draw().catch((error) => {
  holder.hidden = true;
  state.hidden = false;
  state.classList.add("plight");
  state.parentElement.classList.add("plighted");
  state.textContent = error instanceof NoWebGL ? words.no_webgl : words.failed;
});
