using System.Globalization;

namespace Profiler.Bpf.Session;

/// <summary>
/// Which vfioscope made something in the kernel that outlives it: its number, and when it began, because numbers come again.
/// </summary>
/// <param name="Pid">The process.</param>
/// <param name="Start">When it began, clock ticks since the machine did; null if it was not noted.</param>
internal readonly record struct Maker(int Pid, ulong? Start)
{
    private const int StartTime = 22 - 3; // proc(5), stat: counted from the third field on

    /// <summary>This process.</summary>
    public static Maker Self { get; } = new(Environment.ProcessId, StartOf("self"));

    /// <summary>As it stands in names.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid}_{Start ?? 0}");

    /// <summary>The reverse of <see cref="ToString"/>; the start may be lacking.</summary>
    public static Maker? Parse(string text) => text.Split('_') switch
    {
        [var pid] when int.TryParse(pid, CultureInfo.InvariantCulture, out int number) => new Maker(number, null),
        [var pid, var start] when int.TryParse(pid, CultureInfo.InvariantCulture, out int number) &&
            ulong.TryParse(start, CultureInfo.InvariantCulture, out ulong ticks) => new Maker(number, ticks),
        _ => null,
    };

    /// <summary>It is still there: that process, and not another one that has its number now.</summary>
    /// <param name="proc">Where procfs is.</param>
    public bool IsAlive(string proc = "/proc") =>
        StartOf(Pid.ToString(CultureInfo.InvariantCulture), proc) is { } start && Start == start;

    private static ulong? StartOf(string pid, string proc = "/proc")
    {
        try
        {
            string stat = File.ReadAllText($"{proc}/{pid}/stat");
            // The second field, the name, may have anything in it but for what ends it.
            string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // A zombie makes nothing any more.
            return fields.Length > StartTime && fields[0] is not ("Z" or "X") &&
                ulong.TryParse(fields[StartTime], CultureInfo.InvariantCulture, out ulong start) ? start : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
