using System.Collections.Immutable;
using System.Reactive.Linq;
using Profiler.Core;
using Profiler.Core.Recording;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Cli.Report;

/// <summary>A whole recording, run through the pipeline.</summary>
/// <param name="Info">What was known at its beginning.</param>
/// <param name="End">What was known at its end; null if it was cut short.</param>
/// <param name="Shutdowns">In the order in which they ended.</param>
/// <param name="Operations">Releases and opens, in the order in which they ended.</param>
/// <param name="Last">The state at the end.</param>
/// <param name="Surroundings">What was known beside the events.</param>
internal sealed record RecordedCapture(
    CaptureInfo Info,
    CaptureEnd? End,
    ImmutableArray<Shutdown> Shutdowns,
    ImmutableArray<Operation> Operations,
    Snapshot Last,
    Surroundings Surroundings)
{
    /// <inheritdoc cref="Surroundings.VmNames"/>
    public IReadOnlyDictionary<int, string> VmNames => Surroundings.VmNames;

    /// <inheritdoc cref="Surroundings.Devices"/>
    public IReadOnlyDictionary<string, DeviceIdentity> Devices => Surroundings.Devices;

    /// <summary>Reads a recording.</summary>
    /// <exception cref="UserException">There is no such file, or it is no recording.</exception>
    public static RecordedCapture Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(RecordingReader.Open(file));
        }
        catch (InvalidDataException e)
        {
            throw UserException.Usage($"{path}: {e.Message}; make one with 'vfioscope record -o FILE'", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Usage($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Runs what a reader has to give through the pipeline.</summary>
    public static RecordedCapture Read(RecordingReader reader)
    {
        var shutdowns = ImmutableArray.CreateBuilder<Shutdown>();
        var operations = ImmutableArray.CreateBuilder<Operation>();
        Exception? error = null;
        using var pipeline = new Pipeline(reader.Batches().ToObservable(), reader.Info.EndsWatched);
        pipeline.Activities.OfType<Operation>().Subscribe(operations.Add, e => error = e);
        pipeline.Shutdowns.Subscribe(shutdowns.Add, e => error = e);
        pipeline.Connect();
        return error is null
            ? new RecordedCapture(
                reader.Info, reader.End, shutdowns.ToImmutable(), operations.ToImmutable(), pipeline.Snapshot(),
                reader.Surroundings)
            : throw new InvalidDataException($"a damaged recording: {error.Message}", error);
    }

    /// <summary>How long was recorded, nanoseconds: to the last event where the end is missing.</summary>
    public long DurationNs => Math.Max(0, (End?.EndNs ?? Last.NowNs) - Info.StartNs);

    /// <summary>Events lost; null if the recording was cut short, since nobody counted then.</summary>
    public long? Lost => End?.Events.Sum(e => e.Lost);

    /// <summary>Events in the recording.</summary>
    public long Received => Last.Received.Sum();

    /// <summary>Names of kinds as all outputs have them: the enumeration's, in snake case.</summary>
    public static string KindName(int kind) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(((EventKind)kind).ToString());
}
