"""Points of a control chart from Driftless, with Python's own library.

    python3 read_points.py https://driftless.example <chart id> [from] [to]

The key is taken from DRIFTLESS_API_KEY. Prints n, mean and the points where a rule fired.
"""
import csv
import io
import os
import sys
import urllib.parse
import urllib.request


def read(site, collection, **query):
    """Records of a collection as dictionaries, read as they come."""
    url = f"{site}/api/v1/{collection}?{urllib.parse.urlencode(query, doseq=True)}"
    request = urllib.request.Request(
        url,
        headers={"Authorization": f"Bearer {os.environ['DRIFTLESS_API_KEY']}", "Accept": "text/csv"},
    )
    with urllib.request.urlopen(request) as answer:
        yield from csv.DictReader(io.TextIOWrapper(answer, encoding="utf-8", newline=""))


def main(site, chart, *window):
    query = dict(zip(("from", "to"), window))
    points = list(read(site, "points", chart=chart, **query))
    used = [float(p["value"]) for p in points if p["excluded"] == ""]
    if not used:
        sys.exit("no point in this window")
    print(f"{len(used)} points, mean {sum(used) / len(used):.6g}")
    for p in points:
        if p["rules"]:
            print(f"{p['at']} {p['lot']}.{p['slot']} {p['value']} rules {p['rules']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
