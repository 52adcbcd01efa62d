// The map's style: the town's own streets under the day's rounds. Every colour is a token of
// tokens.css, so that light and dark are decided in one place.

const MAJOR = ["motorway", "trunk", "primary", "secondary", "tertiary"];
const PATHS = ["footway", "path", "steps", "cycleway", "track", "bridleway", "corridor"];
const FONT = ["Noto Sans", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif"];
const DASHES = [null, [2.4, 1.6], [0.1, 1.7], [3.4, 1.7, 0.1, 1.7]];

export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const isKind = (kinds) => ["in", ["get", "kind"], ["literal", kinds.flatMap((k) => [k, `${k}_link`])]];
const isLayer = (name) => ["==", ["get", "layer"], name];
const byZoom = (...stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];

function width(extra) {
  const wide = (major, minor, narrow) => [
    "case", isKind(MAJOR), major + extra, isKind(["pedestrian", "service", "living_street"]),
    narrow + extra, minor + extra,
  ];
  return byZoom(12, wide(2.2, 1, 0.7), 15, wide(6, 4, 3), 18, wide(22, 16, 11));
}

function ground() {
  const street = (id, filter, paint, layout = {}) => ({
    id, type: "line", source: "streets", filter: ["all", isLayer("street"), filter], paint,
    layout: { "line-cap": "round", "line-join": "round", ...layout },
  });
  const line = (id, kinds, paint) => ({
    id, type: "line", source: "streets", filter: ["all", isLayer("line"), isKind(kinds)], paint,
    layout: { "line-join": "round" },
  });
  const ways = ["!", isKind(PATHS)];
  return [
    { id: "ground", type: "background", paint: { "background-color": token("map-ground") } },
    {
      id: "areas", type: "fill", source: "streets", filter: isLayer("area"),
      paint: {
        "fill-color": ["match", ["get", "kind"], "water", token("map-water"), "wood",
          token("map-wood"), token("map-green")],
      },
    },
    line("rivers", ["river", "stream"], {
      "line-color": token("map-water"),
      "line-width": byZoom(12, ["match", ["get", "kind"], "river", 3, 1], 17,
        ["match", ["get", "kind"], "river", 18, 4]),
    }),
    line("rails", ["railway"], {
      "line-color": token("map-rail"), "line-width": byZoom(12, 1, 17, 3),
      "line-dasharray": [3, 2],
    }),
    street("paths", isKind(PATHS), {
      "line-color": token("map-path"), "line-width": byZoom(13, 0.5, 18, 3),
      "line-dasharray": [1.5, 1.5],
    }, { "line-cap": "butt" }),
    street("casings", ways, {
      "line-color": ["case", isKind(MAJOR), token("map-casing-major"), token("map-casing")],
      "line-width": width(1.6),
    }),
    street("ways", ways, {
      "line-color": ["case", isKind(MAJOR), token("map-street-major"), token("map-street")],
      "line-width": width(0),
    }, { "line-sort-key": ["case", isKind(MAJOR), 1, 0] }),
    line("walls", ["wall"], {
      "line-color": token("map-wall"), "line-width": byZoom(12, 1.2, 15, 3, 18, 9),
    }),
    line("battlements", ["wall"], {
      "line-color": token("map-wall"), "line-width": byZoom(12, 2, 15, 6, 18, 15),
      "line-dasharray": [0.5, 0.5],
    }),
  ];
}

const name = (id, filter, colour, minzoom, size) => ({
  id, type: "symbol", source: "streets", minzoom, filter: ["all", ["has", "name"], filter],
  layout: {
    "symbol-placement": "line", "symbol-spacing": 320, "text-field": ["get", "name"],
    "text-font": FONT, "text-size": size, "text-max-angle": 35, "text-padding": 6,
  },
  paint: {
    "text-color": colour, "text-halo-color": token("map-halo"), "text-halo-width": 1.6,
  },
});

// Rounds in one street lie side by side, to the right of their way as vehicles do.
const lane = (number) => 0.6 + ((number - 1) % 4) * 0.9;

export const aside = (number) =>
  byZoom(12, 0.6 * lane(number), 15, 2 * lane(number), 18, 6 * lane(number));

export const arrowAside = (number) => [0, 3 * lane(number)];

const line = (id, number, paint) => ({
  id: `${id}-${number}`, type: "line", source: "rounds",
  filter: ["all", ["==", ["get", "kind"], "way"], ["==", ["get", "round"], number]],
  layout: { "line-join": "round", "line-cap": "round" },
  paint: { ...paint, "line-offset": aside(number) },
});

const edge = ({ number }) => line("edge", number, {
  "line-color": token("map-halo"), "line-width": byZoom(12, 3, 15, 6, 18, 10),
});

function way({ number, tint, pattern, faint }) {
  const bold = pattern === 2 ? 1.3 : 1;
  return line("way", number, {
    "line-color": token(`round-${tint}`),
    ...(faint && { "line-opacity": 0.5 }),
    "line-width": byZoom(12, 1.6 * bold, 15, 3.4 * bold, 18, 6.5 * bold),
    ...(DASHES[pattern] && { "line-dasharray": DASHES[pattern] }),
  });
}

function arrows({ number, tint }) {
  return {
    id: `arrow-${number}`, type: "symbol", source: "rounds", minzoom: 13,
    filter: ["all", ["==", ["get", "kind"], "way"], ["==", ["get", "round"], number]],
    layout: {
      "symbol-placement": "line", "symbol-spacing": 110, "icon-image": `arrow ${tint}`,
      "icon-rotation-alignment": "map", "icon-allow-overlap": true, "icon-padding": 0,
      "icon-ignore-placement": true,
      "icon-size": byZoom(13, 0.55, 16, 0.9, 18, 1.1),
      "icon-offset": arrowAside(number),
    },
  };
}

function stops({ number }) {
  return {
    id: `stops-${number}`, type: "symbol", source: "rounds",
    filter: ["all", ["==", ["get", "kind"], "stop"], ["==", ["get", "round"], number]],
    layout: {
      "icon-image": ["get", "image"], "icon-allow-overlap": true, "icon-padding": 0,
      "icon-size": byZoom(12, 0.4, 14, 0.6, 16, 1, 18, 1.3),
    },
  };
}

// The way to be ridden next lies broad over the rest of its round.
function next(tint) {
  const filter = ["==", ["get", "kind"], "next"];
  const layout = { "line-join": "round", "line-cap": "round" };
  const source = { type: "line", source: "rounds", filter, layout };
  const offset = { "line-offset": aside(1) };
  return [
    { id: "next-edge", ...source, paint: {
      "line-color": token("map-halo"), "line-width": byZoom(12, 7, 15, 12, 18, 20), ...offset,
    } },
    { id: "next-way", ...source, paint: {
      "line-color": token(`round-${tint}`), "line-width": byZoom(12, 4, 15, 8, 18, 14), ...offset,
    } },
  ];
}

export function style(streets, rounds, facts) {
  return {
    version: 8,
    sources: {
      streets: { type: "geojson", data: streets, tolerance: 0.2, buffer: 64 },
      rounds: { type: "geojson", data: rounds, tolerance: 0.1, buffer: 128 },
    },
    layers: [
      ...ground(),
      ...facts.map(edge),
      ...facts.map(way),
      ...facts.filter(({ faint }) => faint).flatMap(({ tint }) => next(tint)),
      name("river-names", isKind(["river", "stream"]), token("map-water-ink"), 13, 12),
      name("way-names", isLayer("street"), token("map-ink"), 14, byZoom(14, 10.5, 18, 14)),
      ...facts.map(arrows),
      ...facts.map(stops),
    ],
  };
}
