using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Wire;

/// <summary>The C# mirror against bpf/events.h itself, as a C compiler sees it.</summary>
public sealed class WireLayoutTests
{
    [Fact]
    public void Sizes_offsets_and_values_are_those_of_the_C_header()
    {
        string[] lines =
        [
            $"EVENT_FORMAT {WireEvent.Format}",
            $"sizeof(struct event) {Unsafe.SizeOf<WireEvent>()}",
            $"sizeof(struct peer) {Unsafe.SizeOf<WirePeer>()}",
            $"COMM_LENGTH {Name16.Length}",
            $"DEVICE_LENGTH {Name16.Length}",
            Offset("time_ns", nameof(WireEvent.TimeNs)),
            Offset("cgroup", nameof(WireEvent.Cgroup)),
            Offset("lock", nameof(WireEvent.Lock)),
            Offset("tid", nameof(WireEvent.Tid)),
            Offset("tgid", nameof(WireEvent.Tgid)),
            Offset("comm", nameof(WireEvent.Comm)),
            Offset("device", nameof(WireEvent.Device)),
            Offset("peer", nameof(WireEvent.Peer)),
            Offset("value", nameof(WireEvent.Value)),
            Offset("kind", nameof(WireEvent.Kind)),
            Offset("phase", nameof(WireEvent.Phase)),
            Offset("step", nameof(WireEvent.StepCode)),
            Offset("flags", nameof(WireEvent.Flags)),
            Offset("stack", nameof(WireEvent.Stack)),
            $"NO_STACK {WireEvent.NoStack}",
            $"offsetof(struct peer, tid) {Marshal.OffsetOf<WirePeer>(nameof(WirePeer.Tid))}",
            $"offsetof(struct peer, tgid) {Marshal.OffsetOf<WirePeer>(nameof(WirePeer.Tgid))}",
            $"offsetof(struct peer, comm) {Marshal.OffsetOf<WirePeer>(nameof(WirePeer.Comm))}",
            .. Values<EventKind>("EVENT_"),
            $"EVENT_KINDS {WireEvent.Kinds}",
            .. Values<EventPhase>("PHASE_"),
            .. Values<ResetStep>("RESET_").Where(v => !v.StartsWith("RESET_NONE", StringComparison.Ordinal)),
            $"RESET_STEPS {Enum.GetValues<ResetStep>().Length}",
            .. Values<ProcessStep>("PROCESS_").Skip(1),
            $"PROCESS_STEPS {Enum.GetValues<ProcessStep>().Length}",
            .. Values<TeardownStep>("TEARDOWN_").Skip(1),
            $"TEARDOWN_STEPS {Enum.GetValues<TeardownStep>().Length}",
            .. Values<LockKind>("LOCK_"),
            $"LOCK_KINDS {Enum.GetValues<LockKind>().Length}",
            .. Values<EventFlags>("FLAG_").Where(v => !v.StartsWith("FLAG_NONE", StringComparison.Ordinal)),
            .. Values<Fault>("FAULT_"),
            $"FAULTS {Enum.GetValues<Fault>().Length}",
        ];
        Assert.Equal(lines, CCompiler.Evaluate(
            $"\"{Path.GetFullPath(Golden.Beside("../../../bpf/events.h"))}\"", lines.Select(l => l[..l.LastIndexOf(' ')])));
    }

    private static string Offset(string c, string field) =>
        $"offsetof(struct event, {c}) {Marshal.OffsetOf<WireEvent>(field)}";

    private static IEnumerable<string> Values<T>(string prefix) where T : struct, Enum =>
        Enum.GetValues<T>().Select(v => prefix +
            System.Text.Json.JsonNamingPolicy.SnakeCaseUpper.ConvertName(v.ToString()) + " " + Convert.ToInt32(v));
}
