"""What a bench found, as JSON and as a table for people."""

from __future__ import annotations

from typing import Any

from netwatch.workloads.bench import BenchReport, KernelResult

__all__ = ["report_json", "report_text"]

_COLUMNS = ("kernel", "cores", "M flows/s", "ns/flow", "of stream", "compile ms", "table KB", "checked", "mismatches")


def report_json(report: BenchReport) -> dict[str, Any]:
    """The report for programs: speeds are medians in million flows a second, bandwidth in 10⁹ bytes a second."""
    return {
        "workload": report.workload,
        "flows": report.flows,
        "results": [
            {
                "kernel": result.kernel,
                "cores": result.cores,
                "mflows_per_s": float(f"{result.mflows_per_s:.4g}"),
                "passes": len(result.seconds),
                "undisturbed": sum(result.undisturbed),
                "compile_ms": round(result.compile_ms, 2),
                "table_bytes": result.table_bytes,
                "checked": result.checked,
                "mismatches": result.mismatches,
            }
            for result in report.results
        ],
        "stream_gb_per_s": round(report.stream_gb_per_s, 2),
    }


def report_text(report: BenchReport) -> str:
    """The report for people: what was asked, a line for each kernel, and what the machine's memory would allow."""
    passes = len(report.results[0].seconds)
    lines = [f"{report.workload}: {report.flows:,} flows, median of {passes} interleaved passes, each from cold"]
    lines += ["", *_aligned([_COLUMNS, *(_cells(report, result) for result in report.results)]), ""]
    on = "1 core" if report.threads == 1 else f"{report.threads} cores"
    lines.append(f"Streaming the same columns on {on}: {report.stream_gb_per_s:.1f} GB/s.")
    lines += _disturbed([own for result in report.results for own in result.undisturbed])
    lines += [
        f"{result.kernel} was timed on the first {result.flows:,} flows."
        for result in report.results
        if result.flows < report.flows
    ]
    if report.mismatches:
        lines.append("MISMATCH: a kernel gave other rows than the reference or another kernel. Please report it.")
    return "\n".join(lines) + "\n"


def _disturbed(undisturbed: list[bool]) -> list[str]:
    """What to say of passes that were slower for somebody else's sake."""
    some = undisturbed.count(False)
    if not some:
        return []
    return [
        f"In {some} of {len(undisturbed)} passes somebody else seems to have used the same cores, "
        "by which a pass takes up to twice as long."
    ]


def _cells(report: BenchReport, result: KernelResult) -> tuple[str, ...]:
    return (
        result.kernel,
        str(result.cores),
        f"{result.mflows_per_s:.3g}",
        f"{1000 / result.mflows_per_s:,.3g}" if result.mflows_per_s > 1 else f"{1000 / result.mflows_per_s:,.0f}",
        f"{report.share_of_stream(result):.1%}",
        f"{result.compile_ms:.1f}",
        f"{result.table_bytes / 1000:,.0f}",
        f"{result.checked:,}",
        f"{result.mismatches:,}",
    )


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """The first column to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
