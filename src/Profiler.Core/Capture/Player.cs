
namespace Profiler.Core.Capture;

/// <summary>
/// A profile that is looked at: what it brings is kept, to be written as a recording, and if it is a recording itself, it
/// can be paused, played at another speed and gone back in. For one thread.
/// </summary>
public sealed class Player : IDisposable
{
    /// <summary>How far one goes back or forward at once.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private const double Slowest = 1.0 / 64, Fastest = 1024;

    private readonly Func<Profile> _open;
    private Profile _profile;
    private RecordingBuffer _recording = new();
    private readonly OverheadMeter _overhead;
    private long _batches;

    /// <param name="open">Opens the source, from its beginning.</param>
    /// <param name="time">Measures what watching costs.</param>
    public Player(Func<Profile> open, TimeProvider time)
    {
        _open = open;
        _profile = open();
        _overhead = new OverheadMeter(time, () => Environment.CpuUsage.TotalTime, () => _profile.Programs());
    }

    /// <summary>What is played just now.</summary>
    public Profile Profile => _profile;

    /// <summary>It is a recording.</summary>
    public bool IsReplay => _profile.Clock is not null;

    /// <summary>Grows whenever events come.</summary>
    public long Batches => Volatile.Read(ref _batches);

    /// <summary>How fast a recording is played.</summary>
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
            _ => { }); // ThrowIfFailed tells of the error
        _profile.Start();
    }

    /// <inheritdoc cref="Profile.State"/>
    public ProfileState State() => _profile.State() with { Overhead = IsReplay ? null : _overhead.Read() };

    /// <summary>Throws what the source ended with, if it failed.</summary>
    public void ThrowIfFailed()
    {
        if (_profile.Completion.IsFaulted)
            _profile.Completion.GetAwaiter().GetResult();
    }

    /// <summary>The time of a recording stands still, or goes on; what is live cannot be stopped.</summary>
    public void Pause(bool paused) => _profile.Clock?.Set(_profile.Clock.Playback with { Paused = paused });

    /// <summary>
    /// Goes forward or back in a recording. Back is from its beginning, at full speed, up to the point: only there is
    /// known what was going on.
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

    /// <summary>Writes what has come so far as a recording.</summary>
    /// <inheritdoc cref="RecordingBuffer.Write"/>
    public (long Events, long Evicted) WriteRecording(Stream output) => _recording.Write(output, _profile.State());

    public void Dispose() => _profile.Dispose();
}
