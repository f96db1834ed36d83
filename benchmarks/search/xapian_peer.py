"""Xapian, run by the system's Python: ``build FOLDER`` reads a row a line, ``search FOLDER`` answers a message a line.

Messages and answers are JSON; see peers.py.
"""

import json
import sys
import time

import xapian  # Debian: python3-xapian

PAGE = 4096


def memory() -> float:
    with open("/proc/self/statm") as file:  # noqa: PTH123  (a program of its own, as small as can be)
        return int(file.read().split()[1]) * PAGE / 1e6


def build(folder: str) -> None:
    database = xapian.WritableDatabase(folder, xapian.DB_CREATE_OR_OVERWRITE)
    for line in sys.stdin:
        row = json.loads(line)
        document = xapian.Document()
        document.set_data(row["id"])
        for term in row["terms"]:
            document.add_term(term)
        database.add_document(document)
    database.commit()
    database.close()


def search(folder: str) -> None:
    database = xapian.Database(folder)
    for line in iter(sys.stdin.readline, ""):
        message = json.loads(line)
        if "memory" in message:
            answer = {"mb": round(memory(), 1)}
        else:
            started, used = time.perf_counter(), time.process_time()
            enquire = xapian.Enquire(database)
            enquire.set_weighting_scheme(xapian.BM25Weight())
            enquire.set_query(xapian.Query(xapian.Query.OP_OR, message["terms"]))
            ids = [match.document.get_data().decode() for match in enquire.get_mset(0, message["count"])]
            elapsed, busy = time.perf_counter() - started, time.process_time() - used
            answer = {"ids": ids, "ms": elapsed * 1000, "cpu_ms": busy * 1000}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    {"build": build, "search": search}[sys.argv[1]](sys.argv[2])
