// What every map of ours shares: its files, the check that it can be drawn, its frame, light and
// dark, and what is said where it fails.

import { hubMark, provide } from "./map_shapes.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

class NoWebGL extends Error {}

async function json(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

// A town whose file is gone from the server still shows its rounds.
const streets = (address) => json(address).catch(() => ({ type: "FeatureCollection", features: [] }));

function checkWebGL() {
  const probe = document.createElement("canvas").getContext("webgl2");
  if (!probe) throw new NoWebGL();
  probe.getExtension("WEBGL_lose_context")?.loseContext();
}

// Fetch the map's code, the town's streets and the rounds, by the addresses in `facts`.
export function fetched(facts) {
  checkWebGL();
  return Promise.all([import(facts.maplibre), streets(facts.streets), json(facts.rounds)]);
}

// Join the legs of a round into one line, so that dashes and arrows run on across stops.
export const joined = (features, round) => ({
  type: "Feature",
  properties: { kind: "way", round },
  geometry: {
    type: "LineString",
    coordinates: features
      .filter(({ properties: p }) => p.kind === "leg" && p.round === round)
      .flatMap(({ geometry }) => geometry.coordinates),
  },
});

export function bounds(maplibre, features) {
  const box = new maplibre.LngLatBounds();
  for (const { geometry } of features) {
    for (const place of [geometry.coordinates].flat(geometry.type === "Point" ? 0 : 1)) box.extend(place);
  }
  return box;
}

function locale(words) {
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

// Open a map in its holder. `style` is asked again when day turns to night; `restyled` comes after.
export function open(maplibre, holder, { words, box, padding, style, restyled = () => {} }) {
  holder.hidden = false;
  const map = new maplibre.Map({
    container: holder,
    style: style(),
    bounds: box,
    fitBoundsOptions: { padding, maxZoom: 17 },
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    locale: locale(words),
  });
  map.touchZoomRotate.disableRotation();
  provide(map);
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  dark.addEventListener("change", () => {
    map.setStyle(style(), { diff: false });
    map.once("style.load", restyled);
  });
  const far = () => holder.classList.toggle("far", map.getZoom() < 14.8);
  map.on("zoom", far);
  far();
  return map;
}

// Mark the hub, where every round begins.
export function markHub(maplibre, map, features) {
  const first = features.find(({ properties }) => properties.kind === "leg");
  if (!first) return;
  const hub = new maplibre.Marker({ element: hubMark() });
  hub.setLngLat(first.geometry.coordinates[0]).addTo(map);
}

export const loaded = (map) => new Promise((resolve) => map.once("load", resolve));

// Say that there is no map, and why.
export function complain(error, holder, state, words) {
  holder.hidden = true;
  state.hidden = false;
  state.classList.add("plight");
  state.parentElement.classList.add("plighted");
  state.textContent = error instanceof NoWebGL ? words.no_webgl : words.failed;
}
