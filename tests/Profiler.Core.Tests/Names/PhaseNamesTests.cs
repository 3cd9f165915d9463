using System.Text.Json;
using Profiler.Core.Lives;
using Profiler.Core.Names;

namespace Profiler.Core.Tests.Names;

/// <summary>The table of phases: schema and document have the same, and words fit the process.</summary>
public sealed class PhaseNamesTests
{
    [Fact]
    public void The_schema_has_a_field_for_each_with_its_meaning()
    {
        JsonElement phases = Of("shutdown");
        Assert.Equal(PhaseNames.All.Where(p => p.Phase != Phase.Unattributed).Select(p => (p.Field, p.Meaning)).Order(), Fields(phases));
        Assert.Equal(
            PhaseNames.All.Single(p => p.Phase == Phase.Unattributed).Meaning,
            phases.GetProperty("unattributed_ns").GetProperty("description").GetString());
        Assert.Equal(StartPhaseNames.All.Select(p => (p.Field, p.Meaning)).Order(), Fields(Of("start")));
    }

    [Fact]
    public void The_document_has_a_row_for_each()
    {
        Assert.Equal(PhaseNames.All.Select(p => $"| `{p.Name}` | {p.Words} | {p.Meaning} |"), Rows("## Phases", "## Phases of a start"));
        Assert.Equal(
            StartPhaseNames.All.Select(p => $"| `{p.Name}` | {p.Words} | {p.Meaning} |"), Rows("## Phases of a start", "## How to read a finding"));
    }

    private static JsonElement Of(string life) =>
        PublishedNames.InSchema(life).Single(s => s.TryGetProperty("properties", out JsonElement p) && p.TryGetProperty("phases", out _)).GetProperty("properties");

    private static IEnumerable<(string Field, string Meaning)> Fields(JsonElement life) => life.GetProperty("phases").GetProperty("properties").EnumerateObject()
        .Select(p => (p.Name, p.Value.GetProperty("description").GetString()!)).Order();

    private static IEnumerable<string> Rows(string from, string to) =>
        PublishedNames.DocumentLines.SkipWhile(l => l != from).TakeWhile(l => l != to).Where(l => l.StartsWith("| `", StringComparison.Ordinal));

    [Theory]
    [InlineData(Phase.Process, "qemu-system-x86", "QEMU in user space")]
    [InlineData(Phase.Process, "kvm", "QEMU in user space")]
    [InlineData(Phase.Process, "dpdk-testpmd", "dpdk-testpmd in user space")]
    [InlineData(Phase.Process, "", "process in user space")]
    [InlineData(Phase.Memory, "qemu", "freeing guest memory")]
    [InlineData(Phase.Memory, "dpdk-testpmd", "freeing process memory")]
    [InlineData(Phase.LockWait, "qemu", "waiting for locks")]
    public void Words_name_the_process(Phase phase, string comm, string words) => Assert.Equal(words, phase.Words(comm));
}
