using System.Collections.Immutable;
using Profiler.Cli.Report;
using Profiler.Core;
using Profiler.Core.Recording;

namespace Profiler.Cli.Live;

/// <summary>Writes what a profile hears into a recording; the profile knows how far things are.</summary>
/// <param name="profile">Not started yet.</param>
/// <param name="output">Where the recording goes.</param>
internal sealed class Recorder(LiveProfile profile, Stream output)
{
    private readonly RecordingWriter _writer = new(output);

    /// <summary>Ends when the source does; faults if it fails, or if the recording cannot be written.</summary>
    public Task Completion => profile.Completion;

    public void Start()
    {
        _writer.Begin(profile.Info);
        profile.Records.Subscribe(_writer.Events, _ => { }); // Completion tells of the error
        profile.Start();
    }

    /// <summary>Detaches, takes what is left, and writes what is known at the end.</summary>
    /// <returns>One line for people.</returns>
    /// <exception cref="UserException">The capture or the writing failed meanwhile.</exception>
    public string Stop()
    {
        try
        {
            profile.Stop().GetAwaiter().GetResult();
            ProfileState state = profile.State();
            foreach ((int pid, string vm) in state.VmNames)
                _writer.Identity(new ProcessIdentity(pid, vm));
            _writer.End(new CaptureEnd(state.NowNs, Counts(state.Health), state.Health.Probes));
            return Summary(state);
        }
        catch (IOException e)
        {
            throw UserException.NotPossible($"the recording failed: {e.Message}", e);
        }
    }

    private static ImmutableArray<EventCount> Counts(ProfileHealth health) =>
        [.. health.Events.Select(e => new EventCount(e.Kind, e.Emitted ?? e.Received, e.Received, e.Lost ?? 0))];

    private static string Summary(ProfileState state)
    {
        HistogramSet seen = state.Snapshot.Histograms;
        long lost = state.Health.Lost ?? 0;
        return $"{Figures.Count(seen.Release.Count, "release")}, {Figures.Count(seen.Shutdown.Count, "shutdown")} in " +
            $"{Figures.Text(state.NowNs - state.Info.StartNs)}, {(lost == 0 ? "no event lost" : $"{lost} EVENTS LOST")}";
    }
}
