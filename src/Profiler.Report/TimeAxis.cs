namespace Profiler.Report;

/// <summary>A time axis made of cells of equal duration: of the bars in the report and on the screen.</summary>
/// <param name="StartNs">Left end, CLOCK_MONOTONIC nanoseconds.</param>
/// <param name="EndNs">Right end.</param>
/// <param name="Cells">Number of cells.</param>
public readonly record struct TimeAxis(long StartNs, long EndNs, int Cells)
{
    private double NsPerCell => Math.Max(1, EndNs - StartNs) / (double)Math.Max(1, Cells);

    /// <summary>It fills at least half a cell; anything shorter would be shown too long.</summary>
    /// <param name="ns">A duration, nanoseconds.</param>
    public bool Shows(long ns) => ns >= NsPerCell / 2;

    /// <summary>The cells of an interval, from 0 on; at least one.</summary>
    /// <param name="startNs">CLOCK_MONOTONIC nanoseconds.</param>
    /// <param name="endNs">Exclusive.</param>
    public (int First, int Count) CellsOf(long startNs, long endNs)
    {
        int first = Cell(startNs);
        return (first, Cell(endNs - 1) - first + 1);
    }

    private int Cell(long ns) => (int)Math.Clamp((ns - StartNs) / NsPerCell, 0, Cells - 1);
}
