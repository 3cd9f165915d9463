using System.Collections.Immutable;
using Profiler.Bpf.Session;
using Profiler.Cli.Usage;
using Profiler.Core.Facts;
using Profiler.Core.Problems;

namespace Profiler.Cli.Check;

/// <summary>The result of <c>check</c> as text.</summary>
internal static class CheckText
{
    /// <summary>"kernel                 6.12.48".</summary>
    public static void Fact(TextWriter output, string name, string value) => output.WriteLine($"{name,-22} {value}");

    public static void Devices(TextWriter output, IReadOnlyList<DeviceIdentity> devices)
    {
        if (devices.Count == 0)
        {
            output.WriteLine("\nno device is bound to a VFIO driver");
            return;
        }
        string[] mates = [.. devices.Select(d => d.DevSetMates.Count == 0 || d.PhysicalFunction is not null ? "no other" : string.Join(", ", d.DevSetMates))];
        const string MatesTitle = "shares its reset with";
        int width = mates.Append(MatesTitle).Max(m => m.Length);
        output.WriteLine($"\n{"device",-13} {"driver",-10} {"group",5}  {"reset methods",-20} {MatesTitle.PadRight(width)}  name");
        foreach ((DeviceIdentity d, string m) in devices.Zip(mates))
            output.WriteLine(
                $"{d.Bdf,-13} {d.Driver,-10} {d.IommuGroup?.ToString() ?? "none",5}  {ResetMethods(d),-20} " +
                $"{m.PadRight(width)}  {DeviceNames.Of(d)}");
    }

    public static void Probes(TextWriter output, IReadOnlyList<ProbeStatus> probes)
    {
        output.WriteLine($"\n{"probe",-22} {"function or tracepoint",-34} {"attached",-11} why");
        foreach (ProbeStatus p in probes)
            output.WriteLine($"{p.Name,-22} {p.Symbol,-34} {State(p),-11} {p.Reason}");
    }

    /// <summary>What a capture will miss.</summary>
    public static void Problems(TextWriter output, ImmutableArray<Problem> problems)
    {
        if (!problems.IsEmpty)
            output.WriteLine();
        foreach (Problem problem in problems)
            output.WriteLine($"{(problem.Kind.Impact == Impact.Note ? "note" : "problem")}: {problem.Text}{(problem.Kind.Remedy is { } remedy ? $" ({remedy})" : "")}");
    }

    /// <summary>Whether the required probes are attached, and not switched off.</summary>
    public static void Verdict(TextWriter output, IReadOnlyList<ProbeStatus> probes, ImmutableArray<string> switchedOff)
    {
        string[] missing = [.. probes.Where(p => p.Essential && !p.Attached).Select(p => p.Name)];
        output.WriteLine(
            missing.Length > 0 ? $"\nrequired probes missing: {string.Join(", ", missing)}"
            : !switchedOff.IsEmpty ? $"\nrelease, lock and reset are attached, but switched off: {string.Join(", ", switchedOff)}"
            : "\nrelease, lock and reset can all be watched");
    }

    private static string State(ProbeStatus p) => p.Attached ? EnumNames.Of(p.Kind!.Value) : p.WaitsFor is null ? "NO" : "waiting";

    private static string ResetMethods(DeviceIdentity device) => device.ResetMethods switch
    {
        null => "unknown",
        [] => "none",
        { } methods => string.Join(' ', methods),
    };
}
