using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Tests.Pci;
using Profiler.Tests.Support;

namespace Profiler.Host.Tests.Identity;

/// <summary>Who is who gets into a recording as soon as it is known: one that is killed has it too.</summary>
public sealed class RecorderTests : IDisposable
{
    private const string Events = """
        1.0 7/7 qemu open begin 0000:01:00.0
        2.0 7/7 qemu open end
        3.0 7/7 qemu open begin 0000:02:00.0
        4.0 7/7 qemu open end
        """;

    private readonly FakeProc _proc = new();
    private readonly FakeSysfs _sysfs = new();
    private readonly MemoryStream _file = new();
    private readonly HostIdentities _identities;

    public RecorderTests() =>
        _identities = new HostIdentities(new ProcFs(_proc.Root), new DeviceIdentities(_sysfs.Sysfs, new PciIds()));

    public void Dispose()
    {
        _proc.Dispose();
        _sysfs.Dispose();
    }

    [Fact]
    public void Those_who_are_there_at_the_start_are_in_it_before_any_event()
    {
        AddVm(7, "web");
        AddDevice("0000:01:00.0");
        _identities.Scan();
        using Profile profile = Profile("");
        using var recorder = new Recorder(profile, _file, TimeProvider.System);
        recorder.Start();
        RecordedCapture recorded = Recorded();
        Assert.Null(recorded.End);
        Assert.Equal("web", recorded.VmNames[7]);
        Assert.Equal("8086", recorded.Devices["0000:01:00.0"].VendorId);
    }

    [Fact]
    public async Task Those_who_appear_later_are_in_it_without_its_end()
    {
        using Profile profile = Profile(Events);
        using var recorder = new Recorder(profile, _file, TimeProvider.System);
        AddVm(7, "web");
        AddDevice("0000:01:00.0");
        AddDevice("0000:02:00.0");
        recorder.Start();
        await profile.Completion;
        await profile.Stop(); // waits for the learning; the recorder is never told to end
        RecordedCapture recorded = Recorded();
        Assert.Null(recorded.End);
        Assert.Equal("web", recorded.VmNames[7]);
        Assert.Equal(["0000:01:00.0", "0000:02:00.0"], recorded.Devices.Keys.Order());
        ProfileState state = profile.State();
        Assert.Equal("web", state.VmNames[7]);
        Assert.Equal(["0000:01:00.0", "0000:02:00.0"], state.Devices.Keys.Order());
    }

    [Fact]
    public void Nothing_is_written_after_the_end()
    {
        using Profile profile = Profile(Events);
        using var recorder = new Recorder(profile, _file, TimeProvider.System);
        recorder.Start();
        recorder.Stop();
        long length = _file.Length;
        AddDevice("0000:01:00.0");
        _identities.Scan();
        Assert.Equal(length, _file.Length);
        Assert.NotNull(Recorded().End);
    }

    [Fact]
    public async Task Events_are_in_it_a_second_after_they_came_and_a_killed_recorder_loses_no_older_ones()
    {
        var time = new ManualTime();
        using Profile profile = Profile(Events);
        using var recorder = new Recorder(profile, _file, time);
        recorder.Start();
        await profile.Completion;
        long length = _file.Length;
        Assert.False(recorder.HasEvents);
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(length, _file.Length);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(recorder.HasEvents);
        RecordedCapture recorded = Recorded();
        Assert.Equal((4, "cut_short"), ((int)recorded.Received, recorded.Problems.Single().Id));
        length = _file.Length;
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(length, _file.Length); // nothing happened
    }

    [Fact]
    public async Task A_capture_that_fails_leaves_all_its_events()
    {
        var source = new FakeSource(Events, _identities) { Error = new IOException("the ring buffer is gone") };
        using var profile = new Profile(source, TimeProvider.System);
        using var recorder = new Recorder(profile, _file, new ManualTime());
        recorder.Start();
        await recorder.Completion;
        Assert.Throws<UserException>(recorder.Stop);
        Assert.Equal(4, Recorded().Received);
    }

    [Fact]
    public async Task A_disk_that_is_full_is_told_of_at_the_end()
    {
        using Profile profile = Profile(Events);
        using var full = new FullDisk();
        using var recorder = new Recorder(profile, full, TimeProvider.System);
        AddVm(7, "web");
        recorder.Start();
        await profile.Completion;
        await profile.Stop();
        full.IsFull = false; // what was cut in the middle stays so
        Assert.Equal("the recording failed: no space left", Assert.Throws<UserException>(recorder.Stop).Message);
    }

    [Fact]
    public async Task A_capture_that_cannot_be_written_ends_and_does_not_go_on_for_nothing()
    {
        using var full = new FullDisk { From = FullDisk.EventBlock };
        var source = new FakeSource(string.Concat(Enumerable.Repeat(Events + "\n", 300)), _identities) { GoesOn = true };
        using var profile = new Profile(source, TimeProvider.System);
        using var recorder = new Recorder(profile, full, TimeProvider.System);
        recorder.Start();
        await recorder.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(recorder.HasEvents);
        Assert.Throws<UserException>(recorder.Stop);
    }

    [Fact]
    public void What_the_source_knows_to_be_wrong_is_in_it_at_both_ends()
    {
        using Profile profile = new(new FakeSource(Events, _identities) { Wrong = [new Problem("ends_lost", 3)] }, TimeProvider.System);
        using var recorder = new Recorder(profile, _file, TimeProvider.System);
        recorder.Start();
        recorder.Stop();
        RecordingReader reader = RecordingReader.Open(new MemoryStream(_file.ToArray()));
        Assert.Equal([new Problem("ends_lost", 3)], reader.Info.Problems.ToArray());
        Assert.Equal([new Problem("ends_lost", 3)], Recorded().Problems.ToArray());
    }

    [Fact]
    public async Task A_replay_knows_what_the_recording_knows()
    {
        AddDevice("0000:01:00.0");
        _identities.Scan();
        byte[] recording = (new StagedCapture(Events) { OtherFacts = _identities.Facts.All }).Recording();
        using var profile = new Profile(new ReplaySource(new MemoryStream(recording), 1e6, TimeProvider.System), TimeProvider.System);
        profile.Start();
        await profile.Completion;
        Assert.Equal("8086", profile.State().Devices["0000:01:00.0"].VendorId);
    }

    private void AddVm(int pid, string name) =>
        _proc.Add(pid, ["/usr/bin/qemu-system-x86_64", "-name", name], null, "/dev/vfio/14");

    private void AddDevice(string bdf) => _sysfs.Add(bdf, "vfio-pci", 14).Attributes(bdf, "8086", "10d3", "020000", "bus");

    private Profile Profile(string events) => new(new FakeSource(events, _identities), TimeProvider.System);

    private RecordedCapture Recorded() => RecordedCapture.Read(RecordingReader.Open(new MemoryStream(_file.ToArray())));

    /// <summary>Has room for all frames but those of one kind.</summary>
    private sealed class FullDisk : MemoryStream
    {
        public const byte Process = 4, EventBlock = 9;

        public bool IsFull { get; set; } = true;

        public byte From { get; init; } = Process;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (IsFull && buffer.StartsWith((ReadOnlySpan<byte>)[0xf5, .. "vfs"u8]) && buffer[4] == From)
                throw new IOException("no space left");
            base.Write(buffer);
        }
    }
}
