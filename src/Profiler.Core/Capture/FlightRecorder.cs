using System.Collections.Concurrent;
using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Recording;

namespace Profiler.Core.Capture;

/// <summary>
/// Remembers the newest events of a profile, and keeps them as a recording when a shutdown or start was slow, when one hangs, when it has a
/// finding of the wanted severity, or when someone asks. <see cref="Keep"/> may be called on any thread.
/// </summary>
/// <param name="profile">Not started yet.</param>
/// <param name="rules">When, and of which time.</param>
/// <param name="store">Where the recordings go.</param>
/// <param name="time">The clock; recordings are written on the threads of its timers.</param>
public sealed class FlightRecorder(Profile profile, KeepRules rules, IKeptRecordings store, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1), LookPeriod = TimeSpan.FromSeconds(10);

    // More end at once on no host; the longest is kept in any case, as they are in the same recording.
    private const int MaxEnded = 1024;

    private readonly EventRing _ring = new(rules.MemoryBytes);
    private readonly Lock _ringGate = new();
    private readonly ConcurrentQueue<LifeToKeep> _ended = new();
    private readonly HangingLives _hanging = new(rules.Slow + KeepRules.Hanging);
    private readonly MappingRates _rates = new();
    private readonly LossHistory _losses = new();
    private ITimer? _ticker;
    private Pending? _pending;
    private long? _written, _looked;
    private int _asked, _ticking;

    /// <summary>A recording was kept; on the thread of the timer.</summary>
    public event Action<KeptLives>? Kept;

    /// <summary>Begins to remember; to be called before the profile is started.</summary>
    public void Start()
    {
        foreach (ProcessAtStart process in profile.Facts.AtStart.Values)
            _ring.Add(process);
        profile.Facts.Learned += Learned;
        profile.Records.Subscribe(Take, _ => { }); // the profile reports the error
        profile.Shutdowns.Subscribe(s => Take(new LifeToKeep(s)), _ => { });
        profile.Starts.Subscribe(s => Take(new LifeToKeep(s)), _ => { });
        _ticker = time.CreateTimer(_ => Tick(), null, TickPeriod, TickPeriod);
    }

    /// <summary>Keeps what is remembered now, within a second.</summary>
    public void Keep() => Volatile.Write(ref _asked, 1);

    /// <summary>Stops the profile, and keeps what is still to be kept: also what was slow and not over.</summary>
    public async Task Stop()
    {
        if (_ticker is not null)
            await _ticker.DisposeAsync();
        await profile.Stop();
        Collect();
        if (_pending is not null || Asked())
            Write();
    }

    public void Dispose()
    {
        // A recording that is being written is finished.
        _ticker?.DisposeAsync().AsTask().Wait();
        profile.Facts.Learned -= Learned;
        lock (_ringGate)
            _ring.Dispose();
    }

    private void Take(ReadOnlyMemory<byte> records)
    {
        lock (_ringGate)
            _ring.Add(records.Span);
    }

    private void Learned(Fact fact)
    {
        if (fact is ProcessAtStart process)
        {
            lock (_ringGate)
                _ring.Add(process);
        }
        else if (fact is ResetDamage damage)
            Take(new LifeToKeep(damage));
    }

    // On the thread of the events.
    private void Take(LifeToKeep ended)
    {
        if ((IsSlow(ended) || rules.Finding is not null) && _ended.Count < MaxEnded)
            _ended.Enqueue(ended);
    }

    private bool IsSlow(LifeToKeep life) => life.Time.DurationNs > (long)rules.Slow.TotalNanoseconds;

    private void Tick()
    {
        // The one before still writes.
        if (Interlocked.Exchange(ref _ticking, 1) == 1)
            return;
        try
        {
            Collect();
            if (Asked() || IsDue())
                Write();
            if (_looked is not { } at || time.GetElapsedTime(at) >= LookPeriod)
                Look();
        }
        finally
        {
            Volatile.Write(ref _ticking, 0);
        }
    }

    private bool Asked()
    {
        if (Interlocked.Exchange(ref _asked, 0) == 0)
            return false;
        _pending ??= new Pending(new KeptLife(time.GetUtcNow(), null, 0), long.MaxValue, time.GetTimestamp(), []);
        return true;
    }

    private bool IsDue() => _pending is { } pending && time.GetElapsedTime(pending.Since) >= KeepRules.After &&
        (_written is not { } last || time.GetElapsedTime(last) >= KeepRules.Distance);

    private void Collect()
    {
        while (_ended.TryDequeue(out LifeToKeep? ended))
        {
            if (IsWanted(ended))
                Pend(ended);
        }
    }

    private void Pend(LifeToKeep of)
    {
        var life = new KeptLife(
            profile.WallClock(of.Time.EndNs), profile.Facts.VmNames.GetValueOrDefault(of.Task.Tgid) ?? of.Task.Comm, of.Time.DurationNs)
        {
            Kind = of.Kind,
            Running = of.Running,
        };
        Pending before = _pending ?? new Pending(life, of.Time.StartNs, time.GetTimestamp(), []);
        _pending = before with
        {
            Life = before.Life.DurationNs >= life.DurationNs && before.Life.Name is not null ? before.Life : life,
            StartNs = Math.Min(before.StartNs, of.Time.StartNs),
            Lives = before.Lives.Length < MaxEnded ? before.Lives.Add(of) : before.Lives,
        };
    }

    private bool IsWanted(LifeToKeep ended)
    {
        ImmutableArray<Finding> findings = rules.Finding is null ? [] : FindingsOf(ended.Of);
        return IsSlow(ended) || findings.Any(f => f.Severity >= rules.Finding);
    }

    private ImmutableArray<Finding> FindingsOf(object life)
    {
        switch (life)
        {
            case Shutdown shutdown: return ShutdownFindings.For(shutdown, profile.Facts, profile.Evidence());
            case Start start:
                ImmutableArray<Finding> findings = StartFindings.For(start, _rates);
                _rates.Add(start);
                return findings;
            case ResetDamage damage: return [DamageFindings.Of(damage, profile.Facts)];
            default: return [];
        }
    }

    private void Look()
    {
        _looked = time.GetTimestamp();
        store.Refresh();
        (long neededNs, ImmutableArray<LifeToKeep> hanging) = profile.Read(state =>
        {
            _losses.Add(state);
            return (NeededFromNs(state), _hanging.Look(state.Snapshot));
        });
        foreach (LifeToKeep life in hanging)
            Pend(life);
        foreach (LifeToKeep ended in _ended)
            neededNs = Math.Min(neededNs, ended.Time.StartNs);
        neededNs = Math.Min(neededNs, _pending?.StartNs ?? long.MaxValue);
        lock (_ringGate)
        {
            _ring.EvictBefore(neededNs - (long)rules.Before.TotalNanoseconds);
            _losses.RemoveBefore(_ring.FromNs ?? 0);
        }
    }

    // What is not over stays with what was before it.
    private static long NeededFromNs(ProfileState state) => Math.Min(
        state.NowNs,
        Math.Min(
            state.Snapshot.ShutdownsInFlight.Select(s => s.SoFar.Time.StartNs).DefaultIfEmpty(long.MaxValue).Min(),
            state.Snapshot.StartsInFlight.Select(s => s.Time.StartNs).DefaultIfEmpty(long.MaxValue).Min()));

    private void Write()
    {
        Pending pending = _pending!;
        _pending = null;
        _written = time.GetTimestamp();
        RingRecording recording = profile.Read(state =>
        {
            _losses.Add(state);
            lock (_ringGate)
                return new RingRecording(state, _ring.Contents(), _losses.Since(_ring.FromNs), profile.WallClock);
        });
        if (store.Keep(pending.Life, recording.Write) is not { } file)
            _hanging.Retry(pending.Lives.Where(life => life.Running));
        else if (pending.Lives.Where(life => !life.Running).Select(life => life.Of).ToArray() is { Length: > 0 } over)
            Kept?.Invoke(new KeptLives(file, [.. over.OfType<Shutdown>()], [.. over.OfType<Start>()]));
    }

    /// <summary>What is to be kept.</summary>
    /// <param name="Life">The longest.</param>
    /// <param name="StartNs">Begin of the first, CLOCK_MONOTONIC.</param>
    /// <param name="Since">When the first ended, on the clock of the timer.</param>
    /// <param name="Lives">All of them, up to a number.</param>
    private sealed record Pending(KeptLife Life, long StartNs, long Since, ImmutableArray<LifeToKeep> Lives);
}
