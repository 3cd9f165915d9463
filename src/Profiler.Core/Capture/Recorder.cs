using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Recording;
using Profiler.Linux;

namespace Profiler.Core.Capture;

/// <summary>
/// Writes the events of a profile into a recording, at most a second after they came; the end of the recording has the counts of
/// the profile.
/// </summary>
/// <param name="profile">Not started yet.</param>
/// <param name="output">Output of the recording; must not buffer.</param>
/// <param name="time">The clock of the second.</param>
public sealed class Recorder(Profile profile, Stream output, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FlushPeriod = TimeSpan.FromSeconds(1);

    private readonly RecordingWriter _writer = new(output);
    private ITimer? _flushes;

    // Events, learned facts and the timer come from different threads: the lock serialises the writer.
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IOException? _failure;
    private bool _ended;

    /// <summary>Completes with the source, or when writing fails; <see cref="Stop"/> reports the reason.</summary>
    public Task Completion => Task.WhenAny(profile.Completion, _failed.Task);

    /// <summary>True if the recording has events; those of the last second may not be in it yet.</summary>
    public bool HasEvents => _writer.Written > 0;

    /// <exception cref="IOException">The beginning cannot be written.</exception>
    public void Start()
    {
        _writer.Begin(profile.Info with { Problems = profile.Problems });
        foreach (Fact fact in profile.Facts.All)
            _writer.Fact(fact);
        // Written immediately, so that a killed capture has it too.
        profile.Facts.Learned += fact => Write(() => _writer.Fact(fact));
        profile.Records.Subscribe(
            records => Write(() => _writer.Events(records)),
            _ => { }); // Stop reports the error
        _flushes = time.CreateTimer(_ => Flush(), null, FlushPeriod, FlushPeriod);
        profile.Start();
    }

    /// <summary>Writes the events that came until now, unless writing has failed before; <see cref="Stop"/> reports errors.</summary>
    public void Flush() => Write(_writer.Flush);

    /// <summary>Detaches, takes the remaining events, and writes the facts from the end.</summary>
    /// <returns>One line of text for the user.</returns>
    /// <exception cref="UserException">The capture or the writing failed; the part written before is valid.</exception>
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
        finally
        {
            // Of a capture that failed, its last events.
            Flush();
        }
    }

    /// <summary>Ends the writing; without <see cref="Stop"/>, the recording has no end.</summary>
    public void Dispose()
    {
        _flushes?.Dispose();
        lock (_gate)
        {
            _ended = true;
            _writer.Dispose();
        }
    }

    /// <summary>The reason of a write error, for example "disk full".</summary>
    public static string Words(IOException error) => (error.HResult & 0xffff) switch
    {
        Errno.ENOSPC => "disk full",
        Errno.EDQUOT => "disk quota exceeded",
        Errno.EFBIG => "the file may not grow further",
        _ => $"the recording failed: {error.Message}",
    };

    // After a partial frame, more frames would put the damage in the middle of the file.
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
