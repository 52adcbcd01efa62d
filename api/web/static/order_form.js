// The order form, faster: who has the phone number, which doors are being written, steppers. Without
// this module the form is whole; the server says what this would have said.

const form = document.getElementById("order");
// Not by name: buttons that offer an address bear its name too.
const fieldOf = (name) => document.getElementById(`f-${name}`);
const PAUSE_MS = 90;
const LEAST_DIGITS = 10;

/** Ask the server without writing a number or a door into an address, where logs would keep it. */
async function ask(address, name, text, signal) {
  const body = new URLSearchParams({ [name]: text, csrf: form.elements.namedItem("csrf").value });
  const answer = await fetch(address, { method: "POST", body, signal });
  if (answer.status === 401) location.reload();
  return answer.ok ? answer.json() : null;
}

/** Fill name and address from the shop's own orders; never over what somebody typed. */
function knowRegulars() {
  const phone = fieldOf("phone");
  const filled = new Map();
  let asked = phone.value;
  async function look() {
    const text = phone.value.trim();
    if (text === asked || text.replace(/\D/g, "").length < LEAST_DIGITS) return;
    asked = text;
    const found = await ask(form.dataset.regulars, "telephone", text);
    if (found === null || phone.value.trim() !== text) return;
    for (const name of ["name", "address"]) {
      const field = fieldOf(name);
      if (field.value === "" || field.value === filled.get(name)) {
        field.value = found[name] ?? "";
        filled.set(name, field.value);
      }
    }
    document.getElementById("known").textContent = [found.name, found.address].filter(Boolean).join(" · ");
  }
  phone.addEventListener("input", look);
  phone.addEventListener("change", look);
}

/** A combobox with a list of doors (ARIA 1.2): arrows choose, Enter takes, Escape closes. */
function completeDoors() {
  const field = fieldOf("address");
  const list = document.createElement("ul");
  const said = document.createElement("span");
  let doors = [];
  let at = -1;
  let waiting = 0;
  let asking = new AbortController();
  list.id = "doors";
  list.className = "doors-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.list);
  list.hidden = true;
  said.className = "unseen";
  said.setAttribute("role", "status");
  field.after(list, said);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  close();

  function close() {
    clearTimeout(waiting);
    asking.abort();
    list.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }
  function mark(index) {
    at = index;
    [...list.children].forEach((each, place) => each.setAttribute("aria-selected", String(place === at)));
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  function show(found) {
    doors = found;
    list.replaceChildren(
      ...doors.map((label, place) => {
        const option = document.createElement("li");
        option.id = `door-${place}`;
        option.setAttribute("role", "option");
        option.textContent = label;
        return option;
      }),
    );
    list.hidden = doors.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = field.dataset.count.replace("#", String(doors.length));
    mark(-1);
  }
  function take(label) {
    field.value = label;
    close();
  }
  async function search() {
    asking.abort();
    asking = new AbortController();
    const text = field.value.trim();
    if (text.length < 2) return close();
    try {
      const found = await ask(form.dataset.doors, "q", text, asking.signal);
      if (found && document.activeElement === field) show(found);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, PAUSE_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && list.hidden) return void search();
    if (list.hidden) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) mark((at + 1 + steps[event.key] + doors.length + 1) % (doors.length + 1) - 1);
    else if (event.key === "Enter" && at >= 0) take(doors[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", () => {
    if (at >= 0) field.value = doors[at];
    close();
  });
  // Before the field loses its focus to the list.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option.textContent);
  });
}

/** A minus and a plus beside each count, for fingers; arrow keys do the same. */
function addSteppers() {
  for (const field of form.querySelectorAll(".size input")) {
    const name = field.labels[0].firstChild.textContent.trim();
    const step = (sign, change) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "stepper";
      button.tabIndex = -1;
      button.textContent = sign;
      button.setAttribute("aria-label", `${name} ${sign}`);
      button.addEventListener("click", () => {
        const most = Number(field.max);
        field.value = String(Math.min(most, Math.max(0, Number(field.value) + change)));
      });
      return button;
    };
    const frame = document.createElement("span");
    frame.className = "stepped";
    field.replaceWith(frame);
    frame.append(step("−", -1), field, step("+", 1));
    field.addEventListener("focus", () => field.select());
  }
}

knowRegulars();
completeDoors();
addSteppers();
document.getElementById("faults")?.focus();
