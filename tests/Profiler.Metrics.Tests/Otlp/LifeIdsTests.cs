using System.Diagnostics;
using Profiler.Core.Lives;
using Profiler.Metrics.Otlp.Lives;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests.Otlp;

/// <summary>A link may name a span before its trace is there; then the trace gets the id that the link has.</summary>
public sealed class LifeIdsTests
{
    private const string Shutdown =
        """
        1 50/50 virsh signal 15 to 100/100 qemu
        2 100/100 qemu release begin 0000:01:00.0 exiting
        3 100/100 qemu release end
        4 100/100 qemu release begin 0000:02:00.0 exiting
        5 100/100 qemu release end
        6 100/100 qemu gone
        """;

    private readonly LifeIds _ids = new("host/0");

    [Fact]
    public void A_life_has_the_id_that_a_link_to_a_part_of_it_has_promised()
    {
        Shutdown life = Played.Shutdowns(Shutdown)[0];
        ActivityTraceId promised = _ids.TraceOf(100, 100, 4_000_000_000);
        Assert.Equal(promised, _ids.TraceOf(100, 100, 2_000_000_000));
        Assert.Equal(promised, _ids.TraceOf(life));
        Assert.Equal(promised, _ids.TraceOf(100, 100, 4_000_000_000));
    }

    [Fact]
    public void Without_a_link_it_has_one_of_its_own_which_later_links_have()
    {
        Shutdown life = Played.Shutdowns(Shutdown)[0];
        ActivityTraceId trace = _ids.TraceOf(life);
        Assert.Equal(trace, _ids.TraceOf(100, 100, 2_000_000_000));
        Assert.Equal(trace, new LifeIds("host/0").TraceOf(life));
        Assert.NotEqual(trace, new LifeIds("other/0").TraceOf(life));
    }

    [Fact]
    public void The_next_life_of_a_process_has_another_one()
    {
        ActivityTraceId promised = _ids.TraceOf(100, 100, 4_000_000_000);
        _ids.TraceOf(Played.Shutdowns(Shutdown)[0]);
        Assert.NotEqual(promised, _ids.TraceOf(100, 100, 9_000_000_000));
    }

    [Fact]
    public void However_many_were_promised_it_stays_bounded_and_the_newest_are_kept()
    {
        for (int pid = 1000; pid < 1000 + 2 * LifeIds.Max; pid++)
            _ids.TraceOf(pid, pid, 1);
        ActivityTraceId promised = _ids.TraceOf(100, 100, 4_000_000_000);
        Assert.Equal(promised, _ids.TraceOf(Played.Shutdowns(Shutdown)[0]));
    }
}
