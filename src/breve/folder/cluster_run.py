"""A run whose work is done by a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice

from breve.errors import OptionError
from breve.folder.cluster import Cluster, Known, Pairs, known_of, pairs_of, settled_of
from breve.folder.plan import Plan
from breve.folder.run import Run
from breve.folder.settings import Failure
from breve.folder.sources import Source, is_uri


class ClusterRun(Run):
    """One run over a place that the cluster reads, into a folder that the driver writes."""

    def _check(self) -> None:
        if not is_uri(self.place):
            super()._check()
        if is_uri(str(self.out_dir)):
            raise OptionError(f"{self.out_dir} must be a folder of this machine; with --format parquet it may be a URI")

    def _open(self, stack: ExitStack) -> str:
        self.source = Source(self.place, self.out_dir)
        self.cluster = Cluster(self.spec, self.settings)
        return self.cluster.signature()

    def _count(self, plan: Plan) -> int:
        return sum(1 for _ in self.source.paths(plan.wanted, lambda path, error: None))

    def _work(self, plan: Plan, paths: Sequence[str] | None) -> None:
        known = known_of(plan)
        left = self._paths(plan, known)
        while left and not self.stop.is_set():
            redo: list[str] = []
            for rows in self.cluster.results(self.source, left, known, self.stop):
                pairs: Pairs = pairs_of(rows, self.source)
                self._write(pairs)
                for row in (row for row in rows if row["status"] in {"known", "copied"}):
                    step = settled_of(row, plan)
                    if step is None:
                        redo.append(row["path"])
                    else:
                        self._settle(step)
            # A brief that was to be copied and is gone must be made after all.
            left, known = redo, Known()

    def _paths(self, plan: Plan, known: Known) -> list[str]:
        """Return the files to send to the cluster; those that can't be listed are recorded."""
        if self.settings.retry_failed:
            return [entry.path for entry in plan.journal.rows("failed") if plan.wanted(entry.path)]
        failures: list[Failure] = []

        def on_error(path: str, error: OSError) -> None:
            failures.append(Failure(path, "UnreadableInput", f"the folder can't be listed: {error.strerror}"))

        found = list(self.source.paths(plan.wanted, on_error))
        plan.journal.see(found)
        good = [path for path in found if _is_text(path)]
        said = "its name is no UTF-8, which the cluster can't take"
        failures += [Failure(path, "UnreadableInput", said, "rename it") for path in found if not _is_text(path)]
        for failure in failures:
            self._settle(failure)
        if self.settings.limit is None:
            return good
        done = {path for path, _ in known.pairs}
        return list(islice((path for path in good if path not in done), self.settings.limit))


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
