"""Draws ratios as bars on a logarithmic axis, as SVG that reads on light and on dark pages."""
import math
import statistics
from xml.sax.saxutils import escape

BAR, GAP, GROUP_GAP = 13, 2, 12  # pixels
LEFT, WIDTH, RIGHT, TOP = 120, 560, 60, 64
COLORS = ["#2f7ed8", "#e07b39", "#5aa469", "#a05195"]
STYLE = """
  text { font: 12px sans-serif; fill: #222 }
  .title { font-size: 14px; font-weight: bold }
  .grid { stroke: #ccc }
  .one { stroke: #222 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #444 } .one { stroke: #ddd }
  }"""


def draw(title, ratios):
    """`ratios` are those of each system, by workload."""
    bars = {system: {**values, "geometric mean": statistics.geometric_mean(values.values())}
            for system, values in ratios.items()}
    values = [value for system in bars.values() for value in system.values()]
    low = min(1.0, *values) / (1.05 if min(values) < 1 else 1)
    high = max(2.0, *values) * 1.05

    def x(value):
        return LEFT + WIDTH * math.log(value / low) / math.log(high / low)

    workloads = list(next(iter(bars.values())))
    group = len(bars) * (BAR + GAP) + GROUP_GAP
    bottom = TOP + group * len(workloads)
    parts = [f'<text class="title" x="12" y="22">{escape(title)}</text>']
    at = LEFT
    for number, system in enumerate(bars):
        color = COLORS[number % len(COLORS)]
        parts.append(f'<rect x="{at}" y="34" width="12" height="12" fill="{color}"/>'
                     f'<text x="{at + 17}" y="44">{escape(system)}</text>')
        at += 40 + 8 * len(system)
    for tick in (factor * 10.0 ** power for power in range(-3, 5) for factor in (1, 2, 5)):
        if low <= tick <= high:
            name = "one" if tick == 1 else "grid"
            parts.append(f'<line class="{name}" x1="{x(tick):.1f}" x2="{x(tick):.1f}" '
                         f'y1="{TOP - 6}" y2="{bottom}"/>'
                         f'<text x="{x(tick):.1f}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>')
    for row, workload in enumerate(workloads):
        y = TOP + row * group
        parts.append(f'<text x="{LEFT - 10}" y="{y + len(bars) * (BAR + GAP) / 2 + 4:.1f}" '
                     f'text-anchor="end">{escape(workload)}</text>')
        for number, system in enumerate(bars.values()):
            value = system[workload]
            begin, end = sorted([x(1), x(value)])
            top = y + number * (BAR + GAP)
            parts.append(f'<rect x="{begin:.1f}" y="{top}" width="{end - begin:.1f}" height="{BAR}" '
                         f'fill="{COLORS[number % len(COLORS)]}"/>'
                         f'<text x="{end + 5:.1f}" y="{top + BAR - 2}">{value:.1f}</text>')
    width, height = LEFT + WIDTH + RIGHT, bottom + 28
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}">\n<style>{STYLE}\n</style>\n'
            + "\n".join(parts) + "\n</svg>\n")
