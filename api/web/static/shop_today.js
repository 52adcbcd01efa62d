// Keep the list of the day fresh while nobody is busy in it, and say when an order came in.

const EVERY_MS = 45_000;

function orders(board) {
  return new Set([...board.querySelectorAll("[data-order]")].map((row) => row.dataset.order));
}

function isBusy(board) {
  const typed = [...board.querySelectorAll("input[name=code]")].some((field) => field.value !== "");
  return document.hidden || typed || board.contains(document.activeElement);
}

async function renew() {
  const board = document.getElementById("board");
  if (isBusy(board)) return;
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("board");
  if (!fresh || isBusy(board)) return;
  const known = orders(board);
  const news = [...orders(fresh)].filter((order) => !known.has(order)).length;
  board.replaceWith(document.adoptNode(fresh));
  if (news > 0) document.getElementById("said").textContent = fresh.dataset.renewed.replace("#", String(news));
}

setInterval(() => renew().catch(() => undefined), EVERY_MS);
