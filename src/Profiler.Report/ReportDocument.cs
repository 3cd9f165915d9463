using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Profiler.Core.Names;

namespace Profiler.Report;

/// <summary>The report as data: <c>vfioscope.report/1</c>, described by docs/report.schema.json; durations in nanoseconds.</summary>
public sealed record ReportDocument(
    string Schema,
    ReportHost Host,
    ReportCapture Capture,
    ReportReleases Releases,
    ImmutableArray<ReportShutdown> Shutdowns,
    ImmutableArray<ReportStart> Starts,
    ImmutableArray<ReportDevice> Opens,
    ImmutableArray<ReportUserReset> UserResets,
    ImmutableArray<ReportFinding> Findings,
    ImmutableArray<ReportLock> Locks,
    ImmutableArray<ReportDeviceIdentity> Devices,
    ImmutableArray<ReportForecast> Forecasts,
    ImmutableArray<ReportStack> Stacks,
    ReportHistograms Histograms)
{
    public const string SchemaId = "vfioscope.report/1";

    /// <summary>The rules that were asked for with --what-if; null if none were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportWhatIfRules? WhatIf { get; init; }

    /// <summary>The <see cref="Findings"/> that are not told with a start: about requested resets, and devices after resets.</summary>
    [JsonIgnore]
    public IEnumerable<ReportFinding> FindingsBesideStarts
    {
        get
        {
            ILookup<string, string> told = Starts.SelectMany(s => s.Findings).SelectMany(f => f.Devices.Select(d => (f.Id, Device: d)))
                .ToLookup(f => f.Id, f => f.Device);
            return Findings.Where(f => f.Devices.IsEmpty || f.Devices.Except(told[f.Id]).Any());
        }
    }
}

public sealed record ReportHost(string Kernel, string Hostname);

/// <param name="Start">Wall-clock time at <paramref name="StartNs"/> (CLOCK_MONOTONIC): converts between the two.</param>
/// <param name="Complete">False if figures may be wrong or missing; <paramref name="Problems"/> says why.</param>
/// <param name="EventsUnmatched">Begins without an end and ends without a begin.</param>
/// <param name="StacksLost">Kernel stacks that could not be stored.</param>
public sealed record ReportCapture(
    DateTimeOffset Start,
    long StartNs,
    long DurationNs,
    bool Complete,
    ImmutableArray<ReportProblem> Problems,
    long EventsReceived,
    long? EventsLost,
    long EventsUnmatched,
    long StacksLost,
    ImmutableArray<ReportEvents> Events,
    ImmutableArray<ReportProbe> Probes);

/// <summary>Something that was lost, is unknown or is wrong.</summary>
/// <param name="Impact">"incomplete" if figures may be wrong or missing, else "note".</param>
/// <param name="Count">How often; null if it is not counted.</param>
public sealed record ReportProblem(string Id, string Impact, long? Count, string? Detail, string Text, string? Remedy)
{
    /// <summary>Figures may be wrong or missing.</summary>
    [JsonIgnore]
    public bool MakesIncomplete => Impact == Core.Problems.Impact.Incomplete.Name();
}

public sealed record ReportEvents(string Kind, long? Emitted, long Received, long? Lost);

public sealed record ReportProbe(
    string Name, string Symbol, string? Attach, bool Attached, long? Missed, string Reason, string? WaitsFor);

/// <summary>The releases of all processes together.</summary>
/// <param name="WallNs">From the begin of the first to the end of the last; 0 if there is none.</param>
public sealed record ReportReleases(
    int Count, long WallNs, int PeakConcurrency, long LockWaitNs, long ResetNs, ImmutableArray<ReportFinding> Findings);

/// <param name="BeganBefore">It began before the capture: <paramref name="WallNs"/> is a lower bound.</param>
/// <param name="Unfinished">It was not finished when the capture ended: likewise.</param>
/// <param name="EarlierSignals">Earlier signals that are not the cause.</param>
/// <param name="Phases">Where the wall time went; with <paramref name="UnattributedNs"/> they add up to it.</param>
/// <param name="UnderWay">Operations in progress when the capture ended.</param>
public sealed record ReportShutdown(
    int Pid,
    string Comm,
    string? Vm,
    string Trigger,
    ImmutableArray<ReportSignal> Signals,
    ImmutableArray<ReportSignal> EarlierSignals,
    long StartNs,
    long WallNs,
    bool BeganBefore,
    bool Unfinished,
    bool ProcessGone,
    long LockWaitNs,
    long ResetNs,
    int PeakConcurrency,
    long UnattributedNs,
    long IfParallelNs,
    SortedDictionary<string, long> Phases,
    ReportUnmapped? Unmapped,
    ImmutableArray<ReportDevice> Devices,
    ImmutableArray<ReportUnderWay> UnderWay,
    ImmutableArray<ReportUnreleased> Unreleased,
    ImmutableArray<ReportFinding> Findings)
{
    /// <summary>The answers to --what-if; null if it was not asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ReportWhatIf>? WhatIf { get; init; }
}

/// <summary>What a shutdown unmapped and unpinned.</summary>
/// <param name="Mappings">That were removed; null if not known, like the others.</param>
/// <param name="Bytes">Their size, with devices' own memory.</param>
/// <param name="UnpinnedBytes">Of memory.</param>
/// <param name="PiecesMin">Pieces that are contiguous in memory, in which it was unmapped: no fewer; null for an iommufd.</param>
/// <param name="PiecesMax">No more.</param>
/// <param name="DurationNs">In which at least one thread unmapped.</param>
public sealed record ReportUnmapped(long? Mappings, long? Bytes, long? UnpinnedBytes, long? PiecesMin, long? PiecesMax, long DurationNs);

/// <summary>How long a shutdown or start would have taken under some rules together.</summary>
/// <param name="WouldTakeNs">Null if it cannot be told; <paramref name="Unknown"/> says why.</param>
/// <param name="Notes">What else the figure rests on.</param>
public sealed record ReportWhatIf(
    ImmutableArray<string> Rules, long? WouldTakeNs, long? SavedNs, string? Unknown, ImmutableArray<string> Notes);

/// <param name="Assumes">For all rules.</param>
public sealed record ReportWhatIfRules(ImmutableArray<string> Assumes, ImmutableArray<ReportWhatIfRule> Rules);

public sealed record ReportWhatIfRule(string Name, string Changes, ImmutableArray<string> Assumes);

/// <summary>The start of a process that uses devices.</summary>
/// <param name="Kind">vm, process, or devices: those that came to a process that had started before.</param>
/// <param name="End">run, quiet, exit or capture.</param>
/// <param name="ContactNs">The first contact with VFIO.</param>
/// <param name="FromExec"><paramref name="StartNs"/> is when the process began to run its program, else <paramref name="ContactNs"/>.</param>
/// <param name="BeganBefore">It may have begun before the capture: <paramref name="WallNs"/> is a lower bound.</param>
/// <param name="Phases">Where the wall time went; they add up to it.</param>
/// <param name="OtherResets">Outside of opens: of the monitor, at the reset of its machine.</param>
/// <param name="UnderWay">Opens in progress when the capture ended.</param>
public sealed record ReportStart(
    int Pid,
    string Comm,
    string? Vm,
    string Kind,
    string End,
    long StartNs,
    long ContactNs,
    long WallNs,
    bool FromExec,
    bool BeganBefore,
    bool Unfinished,
    long LockWaitNs,
    long ResetNs,
    SortedDictionary<string, long> Phases,
    ReportMapped Mapped,
    ImmutableArray<ReportDevice> Devices,
    ImmutableArray<ReportStandaloneReset> OtherResets,
    ImmutableArray<ReportUnderWay> UnderWay,
    ImmutableArray<ReportFinding> Findings)
{
    /// <summary>What was faulted in of devices' BARs; null if nothing, or if that was not watched.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportBarFaults? BarFaults { get; init; }

    /// <summary>The answers to --what-if; null if it was not asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ReportWhatIf>? WhatIf { get; init; }
}

/// <summary>Parts of devices' BARs that page faults put into the page tables of a process.</summary>
/// <param name="Faults">That did so.</param>
/// <param name="SmallPageBytes">In pages of the smallest size.</param>
/// <param name="LargePageBytes">In larger pages of less than 1 GiB.</param>
/// <param name="GiantPageBytes">In pages of 1 GiB or more.</param>
/// <param name="DurationNs">In the driver's fault handler, summed over threads.</param>
public sealed record ReportBarFaults(long Faults, long SmallPageBytes, long LargePageBytes, long GiantPageBytes, long DurationNs);

/// <summary>What the mappings for DMA of a start did.</summary>
/// <param name="DeviceBytes">Devices' own memory.</param>
/// <param name="AllocatedBytes">Of <paramref name="PinnedBytes"/>, what was not there yet: allocated and cleared on the way.</param>
/// <param name="SmallPageBytes">Of <paramref name="AllocatedBytes"/>, what came in small pages.</param>
/// <param name="AllocatedPages">The pages, of any size.</param>
/// <param name="DurationNs">In which at least one mapping went on.</param>
public sealed record ReportMapped(
    long Mappings, long Failed, long PinnedBytes, long DeviceBytes, long AllocatedBytes, long SmallPageBytes, long AllocatedPages, long DurationNs);

public sealed record ReportStandaloneReset(string Bdf, string Method, long StartNs, long DurationNs, int Result, string? Error);

public sealed record ReportSignal(string Name, long TimeNs, int SenderPid, string SenderComm);

/// <summary>An operation in progress when the capture ended.</summary>
/// <param name="State">working, waiting_for_lock or resetting; since <paramref name="StateSinceNs"/>.</param>
/// <param name="ResetMethod">The method that is being tried, as far as known; null if there is no reset.</param>
/// <param name="FailedAttempts">The methods that have failed before it.</param>
public sealed record ReportUnderWay(
    string Kind, string Bdf, int Tid, long StartNs, string State, long StateSinceNs, string? ResetMethod,
    ImmutableArray<ReportResetAttempt> FailedAttempts);

/// <summary>A device that was not released although its process is gone, and the processes that have it open.</summary>
public sealed record ReportUnreleased(string Bdf, string? Name, ImmutableArray<ReportHeldBy> HeldBy);

/// <param name="Certain">False if the process may have another device open instead.</param>
public sealed record ReportHeldBy(int Pid, string Comm, string? Vm, bool Certain);

/// <summary>A release or open of one device, or a reset that a program asked for.</summary>
/// <param name="Name">Vendor and device; null if unknown.</param>
/// <param name="Vm">The VM of the process.</param>
/// <param name="Holders">The holders in all its lock waits, in order.</param>
/// <param name="Stack">Key of the kernel stack on which it began; null if it was quick.</param>
/// <param name="Partial">It began before all probes were attached: waits and resets may be missing.</param>
/// <param name="TriedLocks">Locks that a reset needed and did not get, so that it was left out; left out if there is none.</param>
/// <param name="IommufdCompat">Its group's container is an iommufd that emulates type 1; false also where that is not known.</param>
/// <param name="Error">Name of the error of an open or a reset that failed; else null.</param>
public sealed record ReportDevice(
    string Bdf,
    string? Name,
    int Pid,
    int Tid,
    string Comm,
    string? Vm,
    long StartNs,
    long DurationNs,
    long LockWaitNs,
    long ResetNs,
    string? ResetMethod,
    ImmutableArray<ReportReset> Resets,
    string? Lock,
    ImmutableArray<ReportLockWait> LockWaits,
    ImmutableArray<ReportHolder> Holders,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<ReportTriedLock>? TriedLocks,
    int? Stack,
    bool Partial,
    bool IommufdCompat,
    string? Error)
{
    /// <summary>Not null if another one than the process of the shutdown closed it last; left out if not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportClosedBy? ClosedBy { get; init; }
}

/// <summary>Who closed a device last for the process that had opened it: the process of the release.</summary>
/// <param name="KernelThread">It is a thread of the kernel.</param>
/// <param name="OwnerKnown">False if it is not known which process had the device: then the shutdown is told of who closed it.</param>
/// <param name="AfterDeathNs">For how long the process had been dead; null if it lived, or is not known.</param>
public sealed record ReportClosedBy(bool KernelThread, bool OwnerKnown, long? AfterDeathNs);

/// <summary>A reset that a program asked for.</summary>
/// <param name="Kind">device_reset or hot_reset.</param>
/// <param name="Devices">
/// The devices that it hit: its own, and for a hot reset those on the same bus as they were when the device was first seen; empty if it
/// failed before.
/// </param>
/// <param name="Operation">The call.</param>
public sealed record ReportUserReset(string Kind, ImmutableArray<string> Devices, ReportDevice Operation);

/// <param name="Method">The method that was tried last.</param>
public sealed record ReportReset(
    string Method, ImmutableArray<ReportResetAttempt> Attempts, long StartNs, long DurationNs, int Result, string? Error,
    ImmutableArray<ReportResetPart> Parts, int? Stack);

/// <summary>A method that the kernel tried.</summary>
public sealed record ReportResetAttempt(string Method, long StartNs, long DurationNs, int Result, string? Error);

public sealed record ReportResetPart(string Step, string Bdf, long StartNs, long DurationNs);

/// <param name="AsWriter">Whether an rw-semaphore was needed to write; left out for other kinds of locks.</param>
public sealed record ReportLockWait(
    string Lock, string LockKind, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? AsWriter, long StartNs,
    long DurationNs, int? Stack);

/// <summary>A lock that was tried in vain, and who held it, if that is known.</summary>
/// <param name="Bdf">The device or bridge whose lock it is.</param>
/// <param name="HolderBdf">The device that the holder released, opened or reset.</param>
public sealed record ReportTriedLock(string Bdf, int? Tid, int? Pid, string? Comm, string? Vm, string? HolderBdf);

/// <summary>A holder of a lock during a wait for it.</summary>
/// <param name="AsWriter">Of the wait.</param>
/// <param name="Bdf">The device that it released, opened or reset.</param>
/// <param name="ResetNs">The part of <paramref name="Ns"/> in which it reset the device.</param>
public sealed record ReportHolder(
    string Lock, string LockKind, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? AsWriter, int? Tid, int? Pid,
    string? Comm, string? Vm, string? Bdf, long Ns, long ResetNs);

/// <param name="Seconds">Wall time that it cost or that is at stake; the most costly finding is first.</param>
/// <param name="Numbers">The numbers of the text; durations end in _ns.</param>
public sealed record ReportFinding(
    string Id, string Severity, double Seconds, ImmutableArray<string> Devices, ImmutableArray<string> Locks,
    ImmutableSortedDictionary<string, long> Numbers, string Text, string? Remedy);

/// <summary>A lock, the devices that were seen to share it, and the waits for it.</summary>
public sealed record ReportLock(
    string Lock, string LockKind, ImmutableArray<string> Devices, int Waits, long WaitedNs, long LongestNs);

/// <summary>A device, as it was when it was first seen.</summary>
/// <param name="PhysicalFunction">Of a virtual function (SR-IOV); null for other devices.</param>
public sealed record ReportDeviceIdentity(
    string Bdf, string? Name, string VendorId, string DeviceId, int? IommuGroup, string? Driver, ImmutableArray<string>? ResetMethods,
    ImmutableArray<string> DevSetMates, string? PhysicalFunction);

/// <summary>How long a shutdown with devices of one kind takes on this host, from those that were seen from begin to end.</summary>
/// <param name="Name">Vendor and device; null if unknown.</param>
/// <param name="Releases">How many were measured.</param>
/// <param name="EachMaxNs">What a device adds; in parallel its share.</param>
/// <param name="RestNs">The longest of what is not release.</param>
public sealed record ReportForecast(
    string? Name, int Releases, long? EachP50Ns, long? EachP99Ns, long EachMaxNs, long RestNs, ImmutableArray<ReportAdvice> Limits);

/// <param name="WallNs">How long it takes if each device takes the 99th percentile, or as long as the slowest of few.</param>
/// <param name="AdvisedNs">What a time limit should be at least.</param>
public sealed record ReportAdvice(int Devices, long WallNs, long AdvisedNs);

/// <summary>A kernel stack, innermost frame first.</summary>
public sealed record ReportStack(int Key, ImmutableArray<string> Frames);

public sealed record ReportHistograms(
    ReportHistogram LockWait,
    ReportHistogram Reset,
    SortedDictionary<string, ReportHistogram> ResetByMethod,
    ReportHistogram Release,
    ReportHistogram Open,
    ReportHistogram Shutdown,
    SortedDictionary<string, ReportHistogram> Phases,
    ReportHistogram Start,
    SortedDictionary<string, ReportHistogram> StartPhases);

public sealed record ReportHistogram(
    long Count, long SumNs, long MaxNs, long? P50Ns, long? P90Ns, long? P99Ns, ImmutableArray<ReportBucket> Buckets);

public sealed record ReportBucket(long FromNs, long BelowNs, long Count);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true)]
[JsonSerializable(typeof(ReportDocument))]
public sealed partial class ReportJson : JsonSerializerContext
{
    public static string Text(ReportDocument report) => JsonSerializer.Serialize(report, Relaxed.Context.ReportDocument) + "\n";

    private static class Relaxed
    {
        public static readonly ReportJson Context = new(RelaxedJson.Of(Default.Options!));
    }
}
