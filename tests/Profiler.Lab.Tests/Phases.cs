using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>The phases of a shutdown in the JSON report.</summary>
public static class Phases
{
    /// <summary>Each nanosecond counts once.</summary>
    public static void AddUp(JsonNode shutdown) => Assert.Equal(
        Ns(shutdown, "wall_ns"),
        Ns(shutdown, "unattributed_ns") + shutdown["phases"]!.AsObject().Sum(p => p.Value!.GetValue<long>()));

    /// <summary>And 98 % of them are told where they went.</summary>
    public static void AreTold(JsonNode shutdown)
    {
        AddUp(shutdown);
        Assert.InRange(Ns(shutdown, "unattributed_ns"), 0, 0.02 * Ns(shutdown, "wall_ns"));
    }

    private static long Ns(JsonNode shutdown, string field) => shutdown[field]!.GetValue<long>();
}
