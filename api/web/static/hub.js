// A scanner types: wherever the focus is, what it types goes into the field on top.
const field = document.getElementById("f-code");

document.addEventListener("keydown", (event) => {
  const isTyped = /^[0-9A-Za-z]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
  const isElsewhere = event.target.closest("input, select, textarea, [contenteditable]");
  if (field && isTyped && !isElsewhere) {
    field.value = "";
    field.focus();
  }
});

// What somebody opened or closed stays so when the lists are renewed.
const folds = new Map();
document.body.addEventListener("htmx:beforeSwap", () => {
  for (const each of document.querySelectorAll(".hub-fold")) folds.set(each.id, each.open);
});
document.body.addEventListener("htmx:afterSwap", () => {
  for (const each of document.querySelectorAll(".hub-fold")) each.open = folds.get(each.id) ?? each.open;
});
