// Small comforts on every page. All pages work without this file.

// The error summary takes focus by its autofocus attribute; here for browsers that know it only on inputs.
if (!("autofocus" in HTMLElement.prototype)) {
  document.querySelector("[data-error-summary]")?.focus();
}

// A menu closes by Escape, and when the person goes on elsewhere.
const menus = () => document.querySelectorAll("details.menu[open], details.foot[open], .tabbar details[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of menus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
