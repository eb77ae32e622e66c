"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const brighter = { "#0072B2": "#56B4E9", "#C0392B": "#FF8A75", "#4A505A": "#C9CED8" };
  const onDark = (colour) => (Array.isArray(colour) ? colour.map(onDark) : brighter[colour] ?? colour);
  const { answer, sections } = JSON.parse(
    document.getElementById("data").textContent,
    dark ? (key, value) => (key === "color" ? onDark(value) : value) : undefined,
  );
  const text = dark ? "#c9ced8" : "#3b4252", grid = dark ? "#2b313c" : "#eceef2";
  const escaped = (value) => String(value).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

  const integers = ({ bdata }) => {
    const bytes = Uint8Array.from(atob(bdata), (c) => c.charCodeAt(0));
    return new Int32Array(bytes.buffer);
  };

  const waiting = new Set(document.querySelectorAll(".plot"));

  function draw(place) {
    if (!waiting.delete(place)) return;
    const section = place.dataset.section === "answer" ? answer : sections[place.dataset.section];
    const { data, layout } = section.plots[place.dataset.plot];
    for (const trace of data) {
      if (!trace.meta) continue;
      trace.text = Array.from(integers(trace.meta.rows), (row) => escaped(section.hover[row]).replace(/\n/g, "<br>"));
    }
    // Plotly reads tags in texts; names of the user's are shown as they are.
    const plain = (value) => Array.isArray(value) ? value.map(plain) : typeof value === "string" ? escaped(value) : value;
    for (const trace of data) {
      for (const key of trace.meta ? ["hovertext", "x", "y"] : ["text", "hovertext", "x", "y"]) {
        if (key in trace) trace[key] = plain(trace[key]);
      }
    }
    for (const axis of [layout.xaxis, layout.yaxis, layout.yaxis2].filter(Boolean)) {
      Object.assign(axis, { gridcolor: grid, linecolor: grid });
      axis.title.text = escaped(axis.title.text);
      if (axis.ticktext) axis.ticktext = axis.ticktext.map(escaped);
      if (axis.categoryarray) axis.categoryarray = plain(axis.categoryarray);
    }
    for (const note of layout.annotations ?? []) {
      if (note.hovertext) note.hovertext = escaped(note.hovertext);
      Object.assign(note, { text: escaped(note.text), bgcolor: dark ? "rgba(28,32,40,0.8)" : "rgba(255,255,255,0.8)" });
    }
    for (const trace of data) if (trace.name) trace.name = escaped(trace.name);
    Object.assign(layout, {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: text, size: 12, family: getComputedStyle(document.body).fontFamily },
      hoverlabel: { align: "left" },
    });
    showFigure(place, data, layout);
  }

  // A figure is drawn when it comes near the window, so that a long report opens at once. The few
  // figures of a short one are all drawn, so that nothing is blank in a capture of the whole page.
  const FEW = 40;
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watcher.unobserve(entry.target);
      setTimeout(draw, 0, entry.target); // one at a time: the first is seen before the next is made
    }
  }, { rootMargin: "400px" });
  for (const place of waiting) watcher.observe(place);
  const measurable = [...waiting].filter((place) => place.offsetParent); // has a width to draw in
  if (measurable.length <= FEW) for (const place of measurable) setTimeout(draw, 0, place);
  const unfold = (inner) => {
    for (let box = inner?.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  };
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details.group").forEach((box) => { box.open = true; });
    waiting.forEach(draw);
  });
  // A link to a figure opens the part of the page that it is folded into.
  addEventListener("click", ({ target }) => {
    const link = target.closest?.('a[href^="#"]');
    if (link) unfold(document.getElementById(link.getAttribute("href").slice(1)));
  });

  const PAGE = 25;

  function compare(a, b) {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b));
  }

  function element(name, content, properties = {}) {
    const made = Object.assign(document.createElement(name), properties);
    if (content !== undefined) made.append(content);
    return made;
  }

  for (const place of document.querySelectorAll(".trials")) {
    const { columns, rows, descending } = sections[place.dataset.section].table;
    const statusColumn = columns.indexOf("status");
    const statuses = [...new Set(rows.map((row) => row[statusColumn]))];
    const state = { column: 1, descending, page: 0, status: "" };

    const chooser = element("select");
    chooser.setAttribute("aria-label", "status");
    for (const status of ["", ...statuses]) chooser.append(new Option(status || "all statuses", status));
    const previous = element("button", "‹"), next = element("button", "›"), where = element("span");
    const controls = element("div", undefined, { className: "controls" });
    controls.append(chooser, previous, where, next);
    const table = element("table");
    place.append(controls, table);

    function show() {
      const chosen = rows.filter((row) => !state.status || row[statusColumn] === state.status);
      const sign = state.descending ? -1 : 1;
      chosen.sort((a, b) => {
        const [x, y] = [a[state.column], b[state.column]];
        return x === null || y === null ? compare(x, y) : sign * compare(x, y);
      });
      const pages = Math.max(1, Math.ceil(chosen.length / PAGE));
      state.page = Math.min(Math.max(state.page, 0), pages - 1);
      const part = chosen.slice(state.page * PAGE, (state.page + 1) * PAGE);
      where.textContent = `${chosen.length} trials, page ${state.page + 1} of ${pages}`;
      previous.hidden = next.hidden = pages === 1;

      const head = element("tr");
      columns.forEach((name, column) => {
        const mark = column === state.column ? (state.descending ? " ▾" : " ▴") : "";
        const button = element("button", name + mark);
        button.addEventListener("click", () => {
          state.descending = column === state.column && !state.descending;
          state.column = column;
          show();
        });
        head.append(element("th", button));
      });
      const body = element("tbody");
      for (const row of part) {
        const line = element("tr");
        row.forEach((value, column) => {
          line.append(element("td", value === null ? "" : String(value), { className: column === statusColumn ? String(value) : "" }));
        });
        body.append(line);
      }
      table.replaceChildren(element("thead", head), body);
    }

    chooser.addEventListener("change", () => { state.status = chooser.value; state.page = 0; show(); });
    previous.addEventListener("click", () => { state.page -= 1; show(); });
    next.addEventListener("click", () => { state.page += 1; show(); });
    show();
  }
})();
