// The map of one round: the way to the next stop broad, the rest faint, every stop a mark. Without
// it the page is whole: the turns and the stops stand beside it in words.

import { Stops } from "./stops.js";
import { bounds, complain, fetched, joined, loaded, markHub, open } from "./map_frame.js";
import { style } from "./map_style.js";

const facts = JSON.parse(document.getElementById("facts").textContent);
const words = facts.words;
const holder = document.getElementById("map");
const state = document.getElementById("map-state");

async function draw() {
  state.textContent = words.loading;
  const [maplibre, base, { features }] = await fetched(facts);
  const of = (kind) => features.filter(({ properties }) => properties.kind === kind);
  const lines = [joined(features, 1), ...of("next")].filter(
    ({ geometry }) => geometry.coordinates.length > 1,
  );
  const data = { type: "FeatureCollection", features: lines };
  const rounds = [{ number: 1, tint: 1, pattern: 0, faint: of("next").length > 0 }];
  const shown = of("next").length ? of("next") : [...lines, ...of("stop")];
  const map = open(maplibre, holder, {
    words, box: bounds(maplibre, shown), padding: 48, style: () => style(base, data, rounds),
  });
  markHub(maplibre, map, features);
  const stops = new Stops(map, maplibre, words);
  stops.show(1, 1, of("stop"));
  const next = Number(document.querySelector(".halt.is-next")?.dataset.stop);
  stops.marks.find(({ numbers }) => numbers.includes(next))?.element.classList.add("mark-next");
  await loaded(map);
  state.hidden = true;
  holder.dataset.ready = "yes";
}

draw().catch((error) => complain(error, holder, state, words));
