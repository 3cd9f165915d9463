using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>The shutdowns of a report, held against what the processes did.</summary>
/// <param name="report">What <c>vfioscope report --format json</c> says.</param>
/// <param name="log">What the processes did.</param>
/// <param name="slowResets">A reset takes its second on this kernel.</param>
public sealed class LifeReport(JsonNode report, ActorLog log, bool slowResets)
{
    // What other processes of the guest and its kernel do in between counts, seconds.
    private const double Rest = 0.06;

    // No virtual machines, no locks for a reset that somebody else has, and nobody else's devices.
    private static readonly string[] Never = ["libvirt_limits", "reset_skipped", "device_not_released", "lock_held_across_release"];

    public JsonNode Report => report;

    /// <summary>The shutdowns of a process and its children, in order.</summary>
    public IReadOnlyList<JsonNode> Of(string who)
    {
        IReadOnlySet<int> family = log.Family(who);
        return [.. report["shutdowns"]!.AsArray().Select(s => s!).Where(s => family.Contains(Pid(s))).OrderBy(s => Ns(s, "start_ns"))];
    }

    /// <summary>What is not as the case wants it; empty if all is.</summary>
    public IReadOnlyList<string> Disagreements(string who, LifeCase story)
    {
        List<JsonNode> found = [.. Of(who)];
        var wrong = new List<string>();
        foreach (Life life in story.Lives ?? [])
        {
            long startNs = log[who + life.Child, life.From];
            JsonNode? shutdown = found
                .Where(s => Pid(s) == log.Pid(who + life.Child))
                .MinBy(s => Math.Abs(Ns(s, "start_ns") - startNs));
            if (shutdown is null)
            {
                wrong.Add($"no {life.Trigger} from {life.From}");
                continue;
            }
            found.Remove(shutdown);
            wrong.AddRange(Differences(shutdown, life, who + life.Child).Select(d => $"{life.Trigger} from {life.From}: {d}"));
        }
        if (story.Lives is not null)
            wrong.AddRange(found.Select(s => $"one too many: {Short(s, who)}"));
        if (wrong.Count > 0)
            wrong.AddRange(Of(who).Select(s => "  came: " + Short(s, who)));
        return wrong;
    }

    /// <summary>What must be so of every shutdown, whatever its process did.</summary>
    /// <param name="who">The process.</param>
    /// <param name="devices">How many devices it and its children opened and released.</param>
    public IReadOnlyList<string> Broken(string who, int devices)
    {
        IReadOnlyList<JsonNode> shutdowns = Of(who);
        var wrong = new List<string>();
        foreach (JsonNode s in shutdowns)
        {
            long start = Ns(s, "start_ns"), end = End(s), sum = s["phases"]!.AsObject().Sum(p => p.Value!.GetValue<long>());
            if (sum + Ns(s, "unattributed_ns") != Ns(s, "wall_ns"))
                wrong.Add($"phases {sum} + unattributed {Ns(s, "unattributed_ns")} are not the wall time {Ns(s, "wall_ns")}");
            if (Ns(s, "unattributed_ns") > Math.Max(0.02 * Ns(s, "wall_ns"), Rest * 1e9))
                wrong.Add($"{Ns(s, "unattributed_ns") / 1e9:f3} s of {Ns(s, "wall_ns") / 1e9:f3} s unattributed");
            // A close that is under way when the signal comes is part of what follows from that.
            foreach (JsonNode d in Devices(s).Where(d => Ns(d, "start_ns") + Ns(d, "duration_ns") is var over && (over <= start || over > end)))
                wrong.Add($"the release of {d["bdf"]} is not within its shutdown");
        }
        foreach ((JsonNode before, JsonNode after) in shutdowns.Zip(shutdowns.Skip(1)).Where(p => Pid(p.First) == Pid(p.Second)))
        {
            if (Ns(after, "start_ns") < End(before))
                wrong.Add($"two of one process overlap: {Short(before, who)}, {Short(after, who)}");
        }
        string[] released = [.. shutdowns.SelectMany(Devices).Select(d => d["bdf"]!.GetValue<string>())];
        if (released.Length != devices || released.Distinct().Count() != devices)
            wrong.Add($"released: {string.Join(' ', released)}, but it had {devices}");
        if (wrong.Count > 0)
            wrong.AddRange(shutdowns.Select(s => "  came: " + Short(s, who)));
        return wrong;
    }

    private IEnumerable<string> Differences(JsonNode shutdown, Life life, string who)
    {
        double from = log[who, life.From] / 1e9, wall = (log[who, life.To] / 1e9) - from;
        double slack = Math.Max(0.02 * wall, life.Slack);
        if (Text(shutdown, "trigger") != life.Trigger)
            yield return $"trigger {Text(shutdown, "trigger")}";
        if (Math.Abs(Seconds(shutdown, "start_ns") - from) > slack)
            yield return $"begins {Seconds(shutdown, "start_ns") - from:+0.000;-0.000} s off";
        if (Math.Abs(Seconds(shutdown, "wall_ns") - wall) > slack)
            yield return $"{Seconds(shutdown, "wall_ns"):f3} s, the stopwatch says {wall:f3} s";
        if (Devices(shutdown).Count() != life.Devices)
            yield return $"{Devices(shutdown).Count()} devices, not {life.Devices}";
        string signals = string.Join(' ', shutdown["signals"]!.AsArray().Select(s => Text(s!, "name")));
        if (life.Signals is not null && signals != life.Signals)
            yield return $"signals '{signals}', not '{life.Signals}'";

        string[] findings = [.. shutdown["findings"]!.AsArray().Select(f => Text(f!, "id"))];
        foreach (string missing in life.Finds.Except(findings).Where(_ => slowResets))
            yield return $"no finding {missing}";
        foreach (string unwanted in life.Lacks.Concat(Never.Except(life.Finds)).Intersect(findings))
            yield return $"finding {unwanted}: " +
                Text(shutdown["findings"]!.AsArray().First(f => Text(f!, "id") == unwanted)!, "text");
        foreach ((string phase, double least, double most) in life.Phases.Concat(slowResets ? life.SlowPhases : []))
        {
            double took = shutdown["phases"]![phase] is { } ns ? ns.GetValue<long>() / 1e9 : double.NaN;
            if (!(took >= least && took <= most))
                yield return $"{phase} {took:f3} s, not {least} to {most} s";
        }
        foreach (string mark in (string[])["began_before", "unfinished"])
        {
            if (shutdown[mark]?.GetValue<bool>() is true)
                yield return mark;
        }
    }

    // By the process' own stopwatch: "SIGTERM of 4711, 4.103 s after it began, 3.213 s, 3 devices (reset 3.1 …)"
    private string Short(JsonNode s, string who)
    {
        string phases = string.Join(' ', s["phases"]!.AsObject().Where(p => p.Value!.GetValue<long>() > 1_000_000)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key[..^3]} {p.Value!.GetValue<long>() / 1e9:f3}")));
        string findings = string.Join(' ', s["findings"]!.AsArray().Select(f => Text(f!, "id")));
        return string.Create(CultureInfo.InvariantCulture,
            $"{Text(s, "trigger")} of {who}, pid {Pid(s)}, start {Seconds(s, "start_ns"):f3}, wall {Seconds(s, "wall_ns"):f3}, " +
            $"{Devices(s).Count()} devices, unattributed {Seconds(s, "unattributed_ns"):f3}, {phases}; {findings}");
    }

    private static IEnumerable<JsonNode> Devices(JsonNode shutdown) => shutdown["devices"]!.AsArray().Select(d => d!);

    private static long End(JsonNode s) => Ns(s, "start_ns") + Ns(s, "wall_ns");

    private static int Pid(JsonNode s) => s["pid"]!.GetValue<int>();

    private static string Text(JsonNode node, string field) => node[field]!.GetValue<string>();

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();

    private static double Seconds(JsonNode node, string field) => Ns(node, field) / 1e9;
}
