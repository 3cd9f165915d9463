using Profiler.Linux.Confinement;

namespace Profiler.Linux.Tests.Confinement;

public sealed class ProcessFiguresTests
{
    [Theory]
    [InlineData("7 (vfioscope) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 3 4 20 0 9 0 100 1 2", 2.0)]
    [InlineData("7 (a) R (b) c) S 1 7 7 0 -1 4194560 100 0 0 0 1 0 3 4 20 0 9 0 100 1 2", 0.01)]
    public void CPU_time_is_read_whatever_the_name(string line, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ProcessFigures.CpuIn(line));

    [Fact]
    public async Task A_child_that_has_ended_took_what_it_took_and_takes_no_memory()
    {
        var child = ConfinedProcess.Start("/bin/sh", ["sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; read x <&3"], [], []);
        ProcessFigures alive = child.Figures();
        Assert.True(alive is { ResidentBytes: > 0, OpenFds: > 0 } || child.Ended.IsCompleted);
        await child.Ended;
        ProcessFigures dead = child.Figures();
        Assert.Equal((0L, 0L, 0L), (dead.ResidentBytes, dead.VirtualBytes, dead.OpenFds));
        Assert.InRange(dead.Cpu, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
    }
}
