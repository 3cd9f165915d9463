using Profiler.Cli.Commands;
using Profiler.Core;
using Profiler.Core.Stuck;
using Profiler.Report.Tests;
using Profiler.Report.Why;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Why;

/// <summary>What <c>why</c> says of the hosts in Cases/*.host: beside each, its text and its JSON.</summary>
public sealed class WhyTests
{
    private const int Width = 100;

    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateFiles(Golden.Beside("Cases"), "*.host").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_answer_is_as_beside_the_host(string name)
    {
        StuckAnswer answer = await Ask(name, null);
        Golden.Equal(Golden.Beside($"Cases/{name}.txt"), WhyText.Of(answer, Width));
        Golden.Equal(Golden.Beside($"Cases/{name}.json"), WhyJson.Text(WhyDocument.Of(answer, "host-1", "6.12.48", DateTimeOffset.UnixEpoch)));
        Schema.Validate(Golden.Beside($"Cases/{name}.json"), "why.schema.json");
    }

    [Theory]
    [InlineData("300", 2, 1)]
    [InlineData("web-1", 2, 1)]
    [InlineData("03:00.0", 2, 1)]
    [InlineData("0000:04:00.0", 0, 1)]
    public async Task Of_a_process_a_VM_or_a_device_only_its_part_is_told(string asked, int threads, int devices)
    {
        StuckAnswer answer = await Ask("convoy", asked);
        Assert.Equal((threads, devices), (answer.Threads.Length, answer.Devices.Length));
    }

    [Theory]
    [InlineData("301", "there is no process and no VM with a VFIO device that is called 301: see 'vfioscope why' for all")]
    [InlineData("web-2", "there is no process and no VM with a VFIO device that is called web-2: see 'vfioscope why' for all")]
    [InlineData("1", "process 1 (init) has no VFIO device: see 'vfioscope why' for all")]
    [InlineData("0000:09:00.0", "0000:09:00.0 has no VFIO driver, and nothing of VFIO uses it: see 'vfioscope why' for all")]
    public async Task What_has_nothing_of_VFIO_is_1_and_one_line(string asked, string line)
    {
        UserException error = await Assert.ThrowsAsync<UserException>(() => Ask("convoy", asked));
        Assert.Equal((ExitCode.No, line), (error.Code, error.Message));
    }

    [Fact]
    public async Task A_name_that_cannot_be_read_in_time_is_not_said_to_be_no_name()
    {
        using var host = new StagedHost(await File.ReadAllTextAsync(Golden.Beside("Cases/convoy.host")));
        string pipe = host.Stall("proc/300/cmdline");
        var time = new ManualTime();
        Task<StuckAnswer> answer = WhyCommand.Ask("web-1", host.Proc, host.Devices, time, CancellationToken.None);
        for (; !answer.IsCompleted; await Task.Delay(1))
            time.Advance(TimeSpan.FromMilliseconds(250));
        UserException error = await Assert.ThrowsAsync<UserException>(() => answer);
        Assert.Equal(ExitCode.NotPossible, error.Code);
        Assert.Equal("the names of some VMs cannot be read, one of them may be called web-1: ask by its process or a device", error.Message);
        await File.WriteAllTextAsync(pipe, ""); // the thread that reads ends
    }

    private static async Task<StuckAnswer> Ask(string name, string? asked)
    {
        using var host = new StagedHost(await File.ReadAllTextAsync(Golden.Beside($"Cases/{name}.host")));
        var time = new ManualTime();
        Task<StuckAnswer> answer = WhyCommand.Ask(asked, host.Proc, host.Devices, time, CancellationToken.None);
        host.GoOn();
        time.Advance(TimeSpan.FromMilliseconds(100));
        return await answer;
    }
}
