using System.Globalization;

namespace Profiler.Bpf.Session;

/// <summary>
/// Identifies the vfioscope process that created a kernel object which outlives it: process id and start time, because process
/// ids are reused.
/// </summary>
/// <param name="Pid">Process id.</param>
/// <param name="Start">Start time in clock ticks since boot; null if not recorded.</param>
internal readonly record struct Maker(int Pid, ulong? Start)
{
    private const int StartTime = 22 - 3; // proc(5), stat: index counted from the third field

    /// <summary>This process.</summary>
    public static Maker Self { get; } = new(Environment.ProcessId, StartOf("self"));

    /// <summary>The form used in names.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid}_{Start ?? 0}");

    /// <summary>Parses the result of <see cref="ToString"/>; the start time may be missing.</summary>
    public static Maker? Parse(string text) => text.Split('_') switch
    {
        [var pid] when int.TryParse(pid, CultureInfo.InvariantCulture, out int number) => new Maker(number, null),
        [var pid, var start] when int.TryParse(pid, CultureInfo.InvariantCulture, out int number) &&
            ulong.TryParse(start, CultureInfo.InvariantCulture, out ulong ticks) => new Maker(number, ticks),
        _ => null,
    };

    /// <summary>Whether this process is still running. A different process with the same id does not count.</summary>
    /// <param name="proc">Mount point of procfs.</param>
    public bool IsAlive(string proc = "/proc") =>
        StartOf(Pid.ToString(CultureInfo.InvariantCulture), proc) is { } start && Start == start;

    private static ulong? StartOf(string pid, string proc = "/proc")
    {
        try
        {
            string stat = File.ReadAllText($"{proc}/{pid}/stat");
            // The second field, the name, may contain any character; it ends at the last ')'.
            string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // A zombie creates no more probes.
            return fields.Length > StartTime && fields[0] is not ("Z" or "X") &&
                ulong.TryParse(fields[StartTime], CultureInfo.InvariantCulture, out ulong start) ? start : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
