// Small pictures drawn on canvases: no sprite is ever fetched. Shops are square, doors round; full
// is done, hollow is ahead, crossed has failed.

import { token } from "./map_style.js";

const RATIO = 2;

function canvas(side) {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = side * RATIO;
  const pen = sheet.getContext("2d");
  pen.scale(RATIO, RATIO);
  return pen;
}

const picture = (pen) => pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height);

function outline(pen, kind, grown) {
  pen.beginPath();
  if (kind === "door") pen.arc(12, 12, 7 + grown, 0, 2 * Math.PI);
  else pen.roundRect(5.5 - grown, 5.5 - grown, 13 + 2 * grown, 13 + 2 * grown, 2.5);
}

function stop(kind, state, tint) {
  const pen = canvas(24);
  const colour = kind === "hub" ? token("map-hub") : token(`round-${tint}`);
  outline(pen, kind, 2);
  pen.fillStyle = token("map-halo");
  pen.fill();
  outline(pen, kind, 0);
  pen.fillStyle = colour;
  pen.fill();
  if (state !== "done" && kind !== "hub") {
    outline(pen, kind, -2.6);
    pen.fillStyle = token("surface");
    pen.fill();
  }
  if (state === "failed") {
    pen.strokeStyle = colour;
    pen.lineWidth = 2.4;
    pen.beginPath();
    pen.moveTo(8.5, 8.5);
    pen.lineTo(15.5, 15.5);
    pen.moveTo(15.5, 8.5);
    pen.lineTo(8.5, 15.5);
    pen.stroke();
  }
  return picture(pen);
}

function arrow(tint) {
  const pen = canvas(16);
  pen.beginPath();
  pen.moveTo(4, 2.5);
  pen.lineTo(13, 8);
  pen.lineTo(4, 13.5);
  pen.lineTo(6, 8);
  pen.closePath();
  pen.strokeStyle = token("map-halo");
  pen.lineWidth = 3;
  pen.lineJoin = "round";
  pen.stroke();
  pen.fillStyle = token(`round-${tint}`);
  pen.fill();
  return picture(pen);
}

export const imageName = (kind, state, tint) => `stop ${kind} ${state} ${tint}`;

export const arrowName = (tint) => `arrow ${tint}`;

// Draw a picture when the style first asks for it.
export function provide(map) {
  map.setMissingStyleImageResolver((id) => {
    const [what, ...about] = id.split(" ");
    const draw = { stop, arrow }[what];
    if (draw) map.addImage(id, draw(...about), { pixelRatio: RATIO });
  });
}

export function hubMark() {
  const space = "http://www.w3.org/2000/svg";
  const mark = document.createElementNS(space, "svg");
  mark.setAttribute("viewBox", "0 0 20 20");
  mark.setAttribute("class", "hubmark shape");
  mark.setAttribute("aria-hidden", "true");
  for (const [cls, d] of [["hub", "M10 0.5 19.5 10 10 19.5 0.5 10z"], ["hub-in", "M6 10.2 10 6.4l4 3.8V14H6z"]]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("class", cls);
    path.setAttribute("d", d);
    mark.append(path);
  }
  return mark;
}
