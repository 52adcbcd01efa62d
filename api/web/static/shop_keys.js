// Alt and a link's access key follow it, in every browser alike.

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !event.code.startsWith("Key")) return;
  const link = document.querySelector(`a[accesskey="${event.code.slice(3).toLowerCase()}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});
