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
