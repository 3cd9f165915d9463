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

    // Events come from one thread, who is who is learned on another: the writer is for one at a time.
    private readonly Lock _gate = new();
    private IOException? _failure;
    private bool _ended;

    /// <summary>Ends when the source does; faults if it fails, or if the recording cannot be written.</summary>
    public Task Completion => profile.Completion;

    public void Start()
    {
        _writer.Begin(profile.Info);
        foreach (Fact fact in profile.Surroundings.All)
            _writer.Fact(fact);
        // As soon as it is known, so that a capture that is killed has it too.
        profile.Surroundings.Learned += fact => Write(() => _writer.Fact(fact));
        profile.Records.Subscribe(
            records =>
            {
                lock (_gate)
                    _writer.Events(records);
            },
            _ => { }); // Completion tells of the error
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
            lock (_gate)
            {
                if (_failure is not null)
                    throw _failure;
                _writer.End(new CaptureEnd(state.NowNs, Counts(state.Health), state.Health.Probes) { Problems = profile.Problems });
                _ended = true;
            }
            return Summary(state);
        }
        catch (IOException e)
        {
            throw UserException.NotPossible($"the recording failed: {e.Message}", e);
        }
    }

    // On the thread that learns, which has nobody to tell of a failure; and it may be late.
    private void Write(Action frame)
    {
        lock (_gate)
        {
            if (_ended || _failure is not null)
                return;
            try
            {
                frame();
            }
            catch (IOException e)
            {
                _failure = e;
            }
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
