
namespace Profiler.Core.Capture;

/// <summary>
/// Plays a profile for the view. It keeps the events, so that they can be written as a recording. A recording can be
/// paused, sought and played at another speed. Not thread-safe.
/// </summary>
public sealed class Player : IDisposable
{
    /// <summary>Distance of one step back or forward.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private const double Slowest = 1.0 / 64, Fastest = 1024;

    private readonly Func<Profile> _open;
    private Profile _profile;
    private RecordingBuffer _recording = new();
    private readonly OverheadMeter _overhead;
    private long _batches;

    /// <param name="open">Opens the source at its beginning.</param>
    /// <param name="time">The clock for the overhead.</param>
    public Player(Func<Profile> open, TimeProvider time)
    {
        _open = open;
        _profile = open();
        _overhead = new OverheadMeter(time, () => Environment.CpuUsage.TotalTime, () => _profile.Programs());
    }

    /// <summary>The current profile.</summary>
    public Profile Profile => _profile;

    /// <summary>True if the source is a recording.</summary>
    public bool IsReplay => _profile.Clock is not null;

    /// <summary>Number of batches; increases with new events.</summary>
    public long Batches => Volatile.Read(ref _batches);

    /// <summary>Playback speed of a recording.</summary>
    public double Speed
    {
        get => _profile.Clock?.Playback.Speed ?? 1;
        set => _profile.Clock?.Set(_profile.Clock.Playback with { Speed = Math.Clamp(value, Slowest, Math.Max(Fastest, Speed)) });
    }

    /// <summary>Starts the flow.</summary>
    public void Start()
    {
        RecordingBuffer recording = _recording;
        _profile.Records.Subscribe(
            batch =>
            {
                recording.Add(batch);
                Interlocked.Increment(ref _batches);
            },
            _ => { }); // ThrowIfFailed reports the error
        _profile.Start();
    }

    /// <inheritdoc cref="Profile.State"/>
    public ProfileState State() => _profile.State() with { Overhead = IsReplay ? null : _overhead.Read() };

    /// <summary>Throws the error of the source, if it failed.</summary>
    public void ThrowIfFailed()
    {
        if (_profile.Completion.IsFaulted)
            _profile.Completion.GetAwaiter().GetResult();
    }

    /// <summary>Pauses or resumes the time of a recording; no effect on a live source.</summary>
    public void Pause(bool paused) => _profile.Clock?.Set(_profile.Clock.Playback with { Paused = paused });

    /// <summary>
    /// Seeks forward or back in a recording. Seeking back replays from the beginning at full speed, because the state
    /// at the new position depends on all earlier events.
    /// </summary>
    public void Seek(TimeSpan by)
    {
        if (_profile.Clock is not { } clock)
            return;
        long toNs = Math.Max(_profile.Info.StartNs, clock.NowNs + (long)by.TotalNanoseconds);
        if (by < TimeSpan.Zero)
        {
            Profile before = _profile;
            _profile = _open();
            _profile.Clock!.Set(clock.Playback);
            _recording = new RecordingBuffer();
            before.Dispose();
            _profile.Clock.Forward(toNs);
            Start();
        }
        else
            clock.Forward(toNs);
    }

    /// <inheritdoc cref="Profile.ResetCounts"/>
    public void ResetCounts() => _profile.ResetCounts();

    /// <summary>Writes the events received so far as a recording.</summary>
    /// <inheritdoc cref="RecordingBuffer.Write"/>
    public (long Events, long Evicted) WriteRecording(Stream output) => _recording.Write(output, _profile.State());

    public void Dispose() => _profile.Dispose();
}
