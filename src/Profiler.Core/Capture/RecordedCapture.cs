using System.Collections.Immutable;
using System.Reactive.Linq;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Spans;

namespace Profiler.Core.Capture;

/// <summary>A complete recording, after the pipeline.</summary>
/// <param name="Info">Facts from its beginning.</param>
/// <param name="End">Facts from its end; null if the recording is truncated.</param>
/// <param name="Shutdowns">In the order in which they ended.</param>
/// <param name="Operations">Releases, opens and requested resets, in the order in which they ended.</param>
/// <param name="Last">The state at the end.</param>
/// <param name="Facts">Facts beside the events.</param>
public sealed record RecordedCapture(
    CaptureInfo Info,
    CaptureEnd? End,
    ImmutableArray<Shutdown> Shutdowns,
    ImmutableArray<Operation> Operations,
    Snapshot Last,
    HostFacts Facts)
{
    /// <summary>Resets outside of operations, in the order in which they ended.</summary>
    public ImmutableArray<StandaloneReset> Resets { get; init; } = [];

    /// <summary>Starts, in the order in which they ended.</summary>
    public ImmutableArray<Start> Starts { get; init; } = [];

    /// <summary>Problems of the file, and problems reported by the capture.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <inheritdoc cref="HostFacts.VmNames"/>
    public IReadOnlyDictionary<int, string> VmNames => Facts.VmNames;

    /// <inheritdoc cref="HostFacts.Devices"/>
    public IReadOnlyDictionary<string, DeviceIdentity> Devices => Facts.Devices;

    /// <summary>Reads a recording.</summary>
    /// <exception cref="UserException">The file does not exist, or it is not a recording.</exception>
    public static RecordedCapture Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(RecordingReader.Open(file));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw RecordingErrors.Of(path, e);
        }
    }

    /// <summary>Runs the records of a reader through the pipeline.</summary>
    /// <exception cref="InvalidDataException">Its events are invalid.</exception>
    public static RecordedCapture Read(RecordingReader reader)
    {
        var shutdowns = ImmutableArray.CreateBuilder<Shutdown>();
        var starts = ImmutableArray.CreateBuilder<Start>();
        var operations = ImmutableArray.CreateBuilder<Operation>();
        var resets = ImmutableArray.CreateBuilder<StandaloneReset>();
        Exception? error = null;
        Pipeline pipeline = null!;
        using var made = pipeline = new Pipeline(
            reader.Batches().ToObservable().Do(_ => { }, () => pipeline.EndsAt(reader.End?.EndNs ?? 0)), reader.Info.EndsWatched, reader.Info.StartNs);
        reader.Facts.Learned += fact =>
        {
            if (fact is ProcessAtStart process)
                pipeline.AddAtStart(process);
        };
        pipeline.Activities.OfType<Operation>().Subscribe(operations.Add, e => error = e);
        pipeline.Activities.OfType<StandaloneReset>().Subscribe(resets.Add, e => error = e);
        pipeline.Shutdowns.Subscribe(shutdowns.Add, e => error = e);
        pipeline.Starts.Subscribe(starts.Add, e => error = e);
        pipeline.Connect();
        return error switch
        {
            null => new RecordedCapture(
                reader.Info, reader.End, shutdowns.ToImmutable(), operations.ToImmutable(), pipeline.Snapshot(), reader.Facts)
            {
                Resets = resets.ToImmutable(),
                Starts = starts.ToImmutable(),
                Problems = reader.AllProblems(),
            },
            InvalidDataException => throw new InvalidDataException(
                error.Message.StartsWith("a damaged", StringComparison.Ordinal) ? error.Message : $"a damaged recording: {error.Message}", error),
            // Not an error of the recording: the caller handles it.
            _ => throw error,
        };
    }

    /// <summary>Duration of the recording, nanoseconds; ends at the last event if the end is missing.</summary>
    public long DurationNs => Math.Max(0, (End?.EndNs ?? Last.NowNs) - Info.StartNs);

    /// <summary>Events lost; null if the recording is truncated, because the counts are at its end.</summary>
    public long? Lost => End?.Events.Sum(e => e.Lost);

    /// <summary>Events in the recording.</summary>
    public long Received => Last.Received.Sum();

    /// <summary>True if anything in the recording matches the filter.</summary>
    public bool Has(ActivityFilter filter)
    {
        if (filter == ActivityFilter.None || filter.IsKnown(Facts))
            return true;
        RecordedCapture left = Only(filter);
        return !left.Operations.IsEmpty || !left.Shutdowns.IsEmpty || !left.Resets.IsEmpty || !left.Starts.IsEmpty;
    }

    /// <summary>One sentence: nothing matches the filter, and the available values.</summary>
    public string WhatThereIs(ActivityFilter filter)
    {
        var seen = new SeenProcesses();
        foreach (Activity activity in Operations.Cast<Activity>().Concat(Resets))
            seen.Add(activity);
        foreach (Shutdown shutdown in Shutdowns)
            seen.Add(shutdown);
        foreach (Start start in Starts)
            seen.Add(start);
        return filter.NotFound(Facts, seen.Pids, seen.Devices);
    }

    /// <summary>The part that matches a filter, with figures of that part only; facts about the capture itself stay.</summary>
    public RecordedCapture Only(ActivityFilter filter)
    {
        if (filter == ActivityFilter.None)
            return this;
        string? Vm(int pid) => VmNames.GetValueOrDefault(pid);
        ImmutableArray<Operation> operations = [.. Operations.Where(o => filter.Wants(o, Vm))];
        ImmutableArray<StandaloneReset> resets = [.. Resets.Where(r => filter.Wants(r, Vm))];
        ImmutableArray<Shutdown> shutdowns = [.. Shutdowns.Where(s => filter.Wants(s, Vm(s.Task.Tgid)))];
        ImmutableArray<Start> starts = [.. Starts.Where(s => filter.Wants(s, Vm(s.Task.Tgid)))];
        var distributions = new Distributions();
        DeviceStatistics devices = new();
        LockStatistics locks = new();
        foreach (Operation operation in operations)
        {
            distributions.Record(operation);
            devices.Record(operation);
            locks.Record(operation);
        }
        foreach (StandaloneReset reset in resets)
            distributions.Record(reset);
        foreach (Shutdown shutdown in shutdowns)
            distributions.Record(shutdown);
        foreach (Start start in starts)
            distributions.Record(start);
        return this with
        {
            Starts = starts,
            Operations = operations,
            Resets = resets,
            Shutdowns = shutdowns,
            Facts = Concerning(operations, resets, shutdowns, filter),
            Last = Last with
            {
                Histograms = distributions.Snapshot(),
                Devices = devices.Snapshot(),
                Locks = locks.Snapshot(),
                RecentStarts = [.. Last.RecentStarts.Where(s => filter.Wants(s, Vm(s.Task.Tgid)))],
                Recent = [.. Last.Recent.Where(s => filter.Wants(s, Vm(s.Task.Tgid)))],
            },
        };
    }

    // Process names stay: reports name the holder of a lock, even if the filter does not match it.
    private HostFacts Concerning(
        ImmutableArray<Operation> operations, ImmutableArray<StandaloneReset> resets, ImmutableArray<Shutdown> shutdowns, ActivityFilter filter)
    {
        IEnumerable<Operation> shown = operations.Concat(shutdowns.SelectMany(s => s.Releases));
        var bdfs = shown.Select(o => o.Device)
            .Concat(shutdowns.SelectMany(s => s.Unreleased))
            .Concat(resets.Select(r => r.Reset.Device))
            .ToHashSet(StringComparer.Ordinal);
        var stacks = shown.SelectMany(o => o.LockWaits.Select(w => w.Stack).Concat(o.Resets.Select(r => r.Stack)).Append(o.Stack))
            .Concat(resets.Select(r => r.Reset.Stack))
            .ToHashSet();
        var left = new HostFacts();
        foreach (Fact fact in Facts.All)
        {
            bool wanted = fact switch
            {
                DeviceIdentity d => bdfs.Contains(d.Bdf) || (filter.Device is not null && filter.WantsDevice(d.Bdf)),
                DeviceStillHeld h => bdfs.Contains(h.Bdf),
                ResetDamage d => filter.WantsDevice(d.Bdf) && filter.WantsProcess(d.Tgid, VmNames.GetValueOrDefault(d.Tgid)),
                KernelStack s => stacks.Contains(s.Key),
                _ => true,
            };
            if (wanted)
                left.Add(fact);
        }
        return left;
    }
}
