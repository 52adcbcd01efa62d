// The zones of a statement, shaded by what the town pays there or by how many deliveries went
// there. Without it the page is whole: the table by zone says the same.

import { bounds, complain, fetched, loaded, open } from "./map_frame.js";
import { style, token } from "./map_style.js";

const facts = JSON.parse(document.getElementById("facts").textContent);
const words = facts.words;
const holder = document.getElementById("map");
const state = document.getElementById("map-state");
const legend = document.getElementById("legende");
const measures = document.getElementById("mesures");
const SHADES = [0, 0.12, 0.26, 0.42, 0.58, 0.74];
const FONT = ["Noto Sans", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif"];

const language = document.documentElement.lang;
const inEuros = new Intl.NumberFormat(language, { style: "currency", currency: "EUR" });
const plain = new Intl.NumberFormat(language);
const said = { gross: (cents) => inEuros.format(cents / 100), count: (count) => plain.format(count) };
const view = { measure: "gross", features: [], map: null };

const most = (measure) => Math.max(...view.features.map(({ properties }) => properties[measure]), 0);

// From 1 to 5 by fifths of the most; 0 for nothing.
const shade = (value, top) => (value ? Math.ceil((5 * value) / top) : 0);

function shaded() {
  const top = most(view.measure);
  return {
    type: "FeatureCollection",
    features: view.features.map((feature) => {
      const value = feature.properties[view.measure];
      const label = `${feature.properties.name}\n${said[view.measure](value)}`;
      return { ...feature, properties: { ...feature.properties, label, shade: shade(value, top) } };
    }),
  };
}

function drawn(streets) {
  const ground = style(streets, { type: "FeatureCollection", features: [] }, []);
  const names = ground.layers.findIndex(({ id }) => id === "river-names");
  const opacity = ["match", ["get", "shade"], ...SHADES.flatMap((each, index) => [index, each]), 0];
  const layers = [
    { id: "zones", type: "fill", source: "zones",
      paint: { "fill-color": token("accent"), "fill-opacity": opacity } },
    { id: "edges", type: "line", source: "zones",
      paint: { "line-color": token("accent"), "line-width": 2 } },
  ];
  const labels = {
    id: "labels", type: "symbol", source: "zones",
    layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 14 },
    paint: {
      "text-color": token("ink"), "text-halo-color": token("map-halo"), "text-halo-width": 2,
    },
  };
  return {
    ...ground,
    sources: { ...ground.sources, zones: { type: "geojson", data: shaded() } },
    layers: [...ground.layers.slice(0, names), ...layers, ...ground.layers.slice(names), labels],
  };
}

function explain() {
  const top = most(view.measure);
  const rows = [0, 1, 2, 3, 4, 5].map((index) => {
    const row = document.createElement("li");
    const swatch = document.createElement("span");
    swatch.className = `shade shade-${index}`;
    const upto = said[view.measure](Math.floor((top * index) / 5));
    row.append(swatch, index ? `${words.upto} ${upto}` : words.nothing);
    return row;
  });
  legend.replaceChildren(...(top ? rows : rows.slice(0, 1)));
}

function choose(measure) {
  view.measure = measure;
  for (const button of measures.children) {
    button.setAttribute("aria-pressed", String(button.dataset.measure === measure));
  }
  view.map.getSource("zones").setData(shaded());
  explain();
}

const rings = ({ geometry }) =>
  geometry.coordinates.map(([outer]) => ({ geometry: { type: "LineString", coordinates: outer } }));

async function draw() {
  state.textContent = words.loading;
  const [maplibre, streets, zones] = await fetched(facts);
  view.features = zones.features;
  const map = open(maplibre, holder, {
    words, padding: 24, style: () => drawn(streets),
    box: bounds(maplibre, view.features.flatMap(rings)),
  });
  view.map = map;
  map.on("click", "zones", ({ features: [hit] }) => {
    location.assign(`${facts.lines}?zone=${encodeURIComponent(hit.properties.code)}#lignes`);
  });
  map.on("mouseenter", "zones", () => map.getCanvas().classList.add("aim"));
  map.on("mouseleave", "zones", () => map.getCanvas().classList.remove("aim"));
  await loaded(map);
  explain();
  state.hidden = true;
  measures.hidden = legend.hidden = false;
  holder.dataset.ready = "yes";
}

for (const button of measures.children) {
  button.addEventListener("click", () => choose(button.dataset.measure));
}

draw().catch((error) => complain(error, holder, state, words));
