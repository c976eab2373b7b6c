"use strict";
// Everything that this script writes is text that stands elsewhere on the page; it builds no HTML.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const numbers = (text) => (text ? text.split(" ").map(Number) : []);

/* ---- charts: the pointer and the arrow keys move a cursor over the points ---- */

function chart(figure) {
  const plot = figure.querySelector(".plot");
  const rows = all("[data-values] tr", figure).map((row) => all("th, td", row).map((cell) => cell.textContent));
  const views = all("svg[data-xs]", plot).map((svg) => ({
    svg,
    xs: numbers(svg.dataset.xs),
    cursor: svg.querySelector(".cursor"),
    line: svg.querySelector(".cursor path"),
    dots: all(".cursor circle", svg).map((dot) => ({ dot, ys: numbers(dot.dataset.ys) })),
  }));
  const at = figure.querySelector("[data-at]");
  const values = all("[data-value]", figure);
  const last = rows.length - 1;
  let place = last;

  function show(index) {
    place = Math.max(0, Math.min(last, index));
    at.textContent = at.dataset.at.replace("{}", rows[place][0]);
    values.forEach((value, i) => { value.textContent = rows[place][i + 1]; });
    for (const view of views) {
      const x = view.xs[place];
      view.line.setAttribute("transform", `translate(${x} 0)`);
      for (const { dot, ys } of view.dots) {
        dot.setAttribute("cx", x);
        dot.setAttribute("cy", ys[place]);
      }
      view.cursor.setAttribute("visibility", "visible");
    }
  }

  function hide() {
    if (document.activeElement === plot) return;
    show(last);
    for (const view of views) view.cursor.setAttribute("visibility", "hidden");
  }

  function point(event) {
    const view = views.find(({ svg }) => svg.getBoundingClientRect().width > 0);
    const box = view.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * view.svg.viewBox.baseVal.width;
    let nearest = 0;
    view.xs.forEach((each, i) => { if (Math.abs(each - x) < Math.abs(view.xs[nearest] - x)) nearest = i; });
    show(nearest);
  }

  const keys = {
    ArrowLeft: () => place - 1, ArrowRight: () => place + 1, Home: () => 0, End: () => last,
    PageUp: () => place - 5, PageDown: () => place + 5,
  };
  plot.addEventListener("pointermove", point);
  plot.addEventListener("pointerdown", point);
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("focus", () => show(place));
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    show(keys[event.key]());
  });
}

/* ---- leaderboards: sorted by a column, filtered by a part of a name ---- */

function compare(kind) {
  if (kind === "text") return (a, b) => a.localeCompare(b);
  return (a, b) => Number(a) - Number(b);
}

function sorted(rows, column, kind, descending) {
  const key = (row) => row.cells[column].dataset.sort;
  const by = compare(kind);
  const known = rows.filter((row) => key(row) !== "").sort((a, b) => by(key(a), key(b)) * (descending ? -1 : 1));
  return [...known, ...rows.filter((row) => key(row) === "")];
}

function leaderboard(section) {
  const table = section.querySelector(".ranks");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];

  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      body.append(...sorted(rows, column, head.dataset.kind, descending));
    });
  });

  const tools = section.querySelector(".tools");
  const text = tools.querySelector("[data-filter]");
  const tied = tools.querySelector("[data-tied]");
  const count = tools.querySelector("[data-count]");

  function filter() {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const keep = row.dataset.name.toLowerCase().includes(wanted) && (!tied.checked || row.classList.contains("tied"));
      row.hidden = !keep;
      document.getElementById(row.dataset.article).hidden = !keep;
      shown += keep ? 1 : 0;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  }

  text.addEventListener("input", filter);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { text.value = ""; filter(); }
  });
  tied.addEventListener("change", filter);
  tools.hidden = rows.length < 2;
  filter();
}

/* ---- a link to a checkpoint opens it ---- */

function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = target && target.querySelector(":scope > details");
  if (details) details.open = true;
}

all(".chart").forEach(chart);
all(".board").forEach(leaderboard);
addEventListener("hashchange", reveal);
reveal();
