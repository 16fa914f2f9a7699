// The tabs: a click or an arrow key shows one, and only that one is a stop of the Tab key.

/** The tabs of a list. `show` is called with the name of the one that a reader wants. */
export function tabsOf(list, show) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  for (const tab of tabs) tab.addEventListener("click", () => show(tab.dataset.tab));
  list.addEventListener("keydown", ({ key, target }) => {
    const now = tabs.indexOf(target);
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: -1 }[key];
    if (next === undefined) return;
    const tab = tabs.at(next % tabs.length);
    tab.focus();
    show(tab.dataset.tab);
  });
  return tabs;
}

/** Marks the tab of a name as the one that is shown. */
export function mark(tabs, name) {
  for (const tab of tabs) {
    const chosen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
}
