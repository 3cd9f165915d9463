using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Recording;
using Profiler.Linux;

namespace Profiler.Core.Capture;

/// <summary>Writes what a profile hears into a recording; the profile knows how far things are.</summary>
/// <param name="profile">Not started yet.</param>
/// <param name="output">Where the recording goes; holds nothing back.</param>
public sealed class Recorder(Profile profile, Stream output)
{
    private readonly RecordingWriter _writer = new(output);

    // Events come from one thread, who is who is learned on another: the writer is for one at a time.
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IOException? _failure;
    private bool _ended;

    /// <summary>Ends when the source does, or when the recording cannot be written any more; <see cref="Stop"/> says why.</summary>
    public Task Completion => Task.WhenAny(profile.Completion, _failed.Task);

    /// <summary>There are events in it: more than nothing.</summary>
    public bool HasEvents { get; private set; }

    /// <exception cref="IOException">Not even the beginning can be written.</exception>
    public void Start()
    {
        _writer.Begin(profile.Info with { Problems = profile.Problems });
        foreach (Fact fact in profile.Facts.All)
            _writer.Fact(fact);
        // As soon as it is known, so that a capture that is killed has it too.
        profile.Facts.Learned += fact => Write(() => _writer.Fact(fact));
        profile.Records.Subscribe(
            records => Write(() =>
            {
                _writer.Events(records);
                HasEvents = true;
            }),
            _ => { }); // Stop tells of the error
        profile.Start();
    }

    /// <summary>Detaches, takes what is left, and writes what is known at the end.</summary>
    /// <returns>One line for people.</returns>
    /// <exception cref="UserException">The capture or the writing failed meanwhile: what was written until then is whole.</exception>
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
                _ended = true;
                _writer.End(new CaptureEnd(state.NowNs, Counts(state.Health), state.Health.Probes) { Problems = state.Problems });
            }
            return Summary(state);
        }
        catch (IOException e)
        {
            throw UserException.NotPossible(Words(e), e);
        }
    }

    /// <summary>Why writing failed: "disk full" where it is.</summary>
    public static string Words(IOException error) => (error.HResult & 0xffff) switch
    {
        Errno.ENOSPC => "disk full",
        Errno.EDQUOT => "disk quota exceeded",
        Errno.EFBIG => "the file may not grow further",
        _ => $"the recording failed: {error.Message}",
    };

    // A frame that was written in part would be damage in the middle, were others written after it.
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
                _failed.SetResult();
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
