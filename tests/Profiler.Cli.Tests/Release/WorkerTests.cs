using Profiler.Cli.Release;
using Profiler.Cli.Release.Vfio;
using Profiler.Core;
using Profiler.Host.Pci;

namespace Profiler.Cli.Tests.Release;

public class WorkerTests
{
    [Fact]
    public void What_is_wrong_in_a_worker_is_thrown_again_by_its_parent()
    {
        UserException there = VfioErrors.Busy(7, []);
        UserException? here = WorkerFailure.Read(WorkerFailure.Write(there));
        Assert.Equal((there.Code, there.Message), (here?.Code ?? 0, here?.Message));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(Worker.Ready)]
    [InlineData("error three of them")]
    public void Other_lines_are_no_failures(string? line) => Assert.Null(WorkerFailure.Read(line));

    [Fact]
    public void Processes_of_their_own_are_refused_for_devices_of_one_group()
    {
        VfioDevice[] devices =
        [
            new(new PciAddress(0, 1, 0, 0), 3), new(new PciAddress(0, 2, 0, 0), 7), new(new PciAddress(0, 2, 0, 1), 7),
        ];
        var refusal = Assert.Throws<UserException>(() => WorkerHolding.OneForEach(devices, IommuOptions.Default, CancellationToken.None));
        Assert.Equal(ExitCode.NotPossible, refusal.Code);
        Assert.Equal(
            "0000:02:00.0 and 0000:02:00.1 share IOMMU group 7, which only one process can open: give one of them, or take " +
            "--mode threads",
            refusal.Message);
    }
}
