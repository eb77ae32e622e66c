"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const brighter = { "#0072B2": "#56B4E9", "#C0392B": "#FF8A75", "#4A505A": "#C9CED8" };
  const { figures } = JSON.parse(
    document.getElementById("data").textContent,
    dark ? (key, value) => (key === "color" ? brighter[value] ?? value : value) : undefined,
  );
  const text = dark ? "#c9ced8" : "#3b4252", grid = dark ? "#2b313c" : "#eceef2";

  // On a narrow page the differences stand under the runs, and labels are cut to fit.
  const narrow = 640, longest = 18, gap = 84;
  const cut = (label) => label.length > longest ? `…${label.slice(1 - longest)}` : label;
  function makeNarrow({ layout }) {
    const { xaxis, yaxis, xaxis2, yaxis2 } = layout;
    if (yaxis2.matches) {
      const rows = layout.height - layout.margin.t - layout.margin.b;
      layout.height += rows + gap;
      const share = rows / (2 * rows + gap);
      yaxis.domain = [1 - share, 1];
      Object.assign(yaxis2, { domain: [0, share], showticklabels: true, tickvals: yaxis.tickvals, ticktext: yaxis.ticktext });
    }
    for (const axis of [yaxis, yaxis2]) axis.ticktext = axis.ticktext.map((words) => words.split(" − ").map(cut).join(" −<br>"));
    for (const axis of [xaxis, xaxis2]) Object.assign(axis, { domain: [0, 1], nticks: 4, tickangle: 0 });
    xaxis2.title.text = "candidate minus baseline";
  }

  for (const place of document.querySelectorAll(".plot")) {
    if (place.clientWidth < narrow) makeNarrow(figures[place.dataset.plot]);
    const { data, layout } = figures[place.dataset.plot];
    for (const axis of [layout.xaxis, layout.yaxis, layout.xaxis2, layout.yaxis2]) {
      Object.assign(axis, { gridcolor: grid, linecolor: grid });
    }
    Object.assign(layout, {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: text, size: 12, family: getComputedStyle(document.body).fontFamily },
    });
    for (const note of layout.annotations) note.font.color = text;
    showFigure(place, data, layout);
  }
})();
