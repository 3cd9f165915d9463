using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Wire;

/// <summary>The C# mirror against bpf/events.h itself, as a C compiler sees it.</summary>
public sealed class WireLayoutTests
{
    [Fact]
    public void Sizes_offsets_and_values_are_those_of_the_C_header() =>
        new Mirrors(typeof(WireEvent).Assembly, $"\"{Path.GetFullPath(Golden.Beside("../../../bpf/events.h"))}\"")
        .AllOf("Profiler.Core.Wire")
        .Struct<WireEvent>("struct event")
        .Struct<WirePeer>("struct peer")
        .Struct<WireMapped>("struct mapped")
        .Struct<WireUnmapped>("struct unmapped")
        .Struct<WireBarFaults>("struct bar_faults")
        .Constants(typeof(WireEvent), new()
        {
            [nameof(WireEvent.Format)] = "EVENT_FORMAT",
            [nameof(WireEvent.Size)] = "sizeof(struct event)",
            [nameof(WireEvent.Kinds)] = "EVENT_KINDS",
            [nameof(WireEvent.NoStack)] = "NO_STACK",
            [nameof(WireEvent.UnpinBatch)] = "UNPIN_BATCH",
        })
        .Enum<EventKind>("EVENT_", count: "EVENT_KINDS")
        .Enum<EventEdge>("EDGE_")
        .Enum<ResetStep>("RESET_", count: "RESET_STEPS")
        .Enum<ProcessStep>("PROCESS_", count: "PROCESS_STEPS")
        .Enum<TeardownStep>("TEARDOWN_", count: "TEARDOWN_STEPS")
        .Enum<StartStep>("START_", count: "START_STEPS")
        .Enum<Contact>("CONTACT_")
        .Enum<Counted>("COUNTED_")
        .Enum<UserReset>("USER_RESET_", count: "USER_RESETS")
        .Enum<LockKind>("LOCK_", count: "LOCK_KINDS")
        .Enum<EventFlags>("FLAG_")
        .Enum<Fault>("FAULT_", count: "FAULTS")
        .Check();
}
