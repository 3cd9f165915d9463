using System.Collections.Immutable;
using System.Reactive.Subjects;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Recording;
using Profiler.Core.Spans;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Capture;

/// <summary>A profile is asked for its state while events come.</summary>
public sealed class ProfileTests
{
    [Fact]
    public async Task Events_do_not_wait_while_the_source_is_asked_for_its_probes()
    {
        using var source = new SlowToAnswer();
        using var profile = new Profile(source, TimeProvider.System, _ => source);
        profile.Start();
        ProfileState state = await Task.Run(profile.State);
        Assert.True(source.FlowedWhileAsked);
        Assert.Equal(1, state.Snapshot.Histograms.Open.Count);
    }

    [Fact]
    public void The_state_is_of_the_time_until_which_events_were_delivered()
    {
        using var source = new Late();
        using var profile = new Profile(source, TimeProvider.System);
        profile.Start();
        source.Records.OnNext(EventText.Records("1.0 7/7 qemu open begin 0000:01:00.0\n2.0 7/7 qemu open end"));
        Assert.Equal(2_000_000_000, profile.State().NowNs);
        source.DeliveredUntilNs = 3_000_000_000;
        Assert.Equal(3_000_000_000, profile.State().NowNs);
    }

    [Fact]
    public void The_phases_of_a_shutdown_in_progress_last_until_now_not_until_the_last_event()
    {
        using var source = new Late();
        using var profile = new Profile(source, TimeProvider.System);
        profile.Start();
        source.Records.OnNext(EventText.Records("""
            1.0 7/7 qemu exits
            1.0 7/7 qemu release begin 0000:01:00.0 exiting
            1.0 7/7 qemu reset begin function 0000:01:00.0
            """));
        source.DeliveredUntilNs = 4_000_000_000;
        Shutdown soFar = Assert.Single(profile.State().Snapshot.ShutdownsInFlight).SoFar;
        Assert.Equal((4_000_000_000, 3_000_000_000), (soFar.Time.EndNs, soFar.Phases[Phase.Reset]));
    }

    /// <summary>Its clock is ahead of its events.</summary>
    private sealed class Late : IEventSource
    {
        public CaptureInfo Info { get; } = new StagedCapture("").Info;

        public Subject<ReadOnlyMemory<byte>> Records { get; } = new();

        IObservable<ReadOnlyMemory<byte>> IEventSource.Records => Records;

        public HostFacts Facts { get; } = new();

        public long NowNs => 9_000_000_000;

        public long DeliveredUntilNs { get; set; }

        public ImmutableArray<ProbeInfo> Probes() => Info.Probes;

        public ImmutableArray<SourceCount> Counts() => [];

        public void Run(CancellationToken cancellation) => cancellation.WaitHandle.WaitOne();

        public void Dispose() => Records.Dispose();
    }

    /// <summary>Has events only after it was asked for its probes, and answers only after these have gone through the pipeline.</summary>
    private sealed class SlowToAnswer : IEventSource, ISink
    {
        // An answer that never comes is a failure, not a test that never ends.
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

        private readonly Subject<ReadOnlyMemory<byte>> _records = new();
        private readonly ManualResetEventSlim _asked = new(), _flowed = new();

        public bool FlowedWhileAsked { get; private set; }

        public CaptureInfo Info { get; } = new StagedCapture("").Info;

        public IObservable<ReadOnlyMemory<byte>> Records => _records;

        public HostFacts Facts { get; } = new();

        public long NowNs => 0;

        public ImmutableArray<ProbeInfo> Probes()
        {
            _asked.Set();
            FlowedWhileAsked = _flowed.Wait(Patience);
            return Info.Probes;
        }

        public ImmutableArray<SourceCount> Counts() => [];

        public void Run(CancellationToken cancellation)
        {
            _asked.Wait(cancellation);
            _records.OnNext(EventText.Records("1.0 7/7 qemu open begin 0000:01:00.0\n2.0 7/7 qemu open end"));
            _records.OnCompleted();
        }

        public void Record(Activity activity) => _flowed.Set();

        public void Record(Start start)
        {
        }

        public void Record(Shutdown shutdown)
        {
        }

        public void Dispose()
        {
            _records.Dispose();
            _asked.Dispose();
            _flowed.Dispose();
        }
    }
}
