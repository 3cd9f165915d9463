using Profiler.Core.Capture;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Capture;

/// <summary>What watching costs is that of the last two seconds.</summary>
public sealed class OverheadTests
{
    private readonly ManualTime _time = new();
    private TimeSpan _cpu = TimeSpan.FromSeconds(3);
    private ProgramCost[] _programs = [new("release", 10, 1_000), new("lock", 5, 500)];

    [Fact]
    public void It_is_unknown_at_first_then_that_of_each_period()
    {
        OverheadMeter meter = Meter();
        Assert.Null(meter.Read());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(meter.Read());

        (_cpu, _programs) = (TimeSpan.FromSeconds(3.5), [new("release", 20, 2_001_000), new("lock", 5, 500)]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new Overhead(0.25, 0.001), meter.Read());

        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal(new Overhead(0.25, 0.001), meter.Read());
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(new Overhead(0, 0), meter.Read());
    }

    [Fact]
    public void What_the_kernel_does_not_count_is_unknown()
    {
        _programs = [];
        OverheadMeter meter = Meter();
        meter.Read();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new Overhead(0, null), meter.Read());
    }

    [Fact]
    public void Programs_that_go_with_their_module_make_it_unknown_once()
    {
        OverheadMeter meter = Meter();
        meter.Read();
        _programs = [new("lock", 5, 500)];
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new Overhead(0, null), meter.Read());
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new Overhead(0, 0), meter.Read());
    }

    private OverheadMeter Meter() => new(_time, () => _cpu, () => [.. _programs]);
}
