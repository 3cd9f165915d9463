using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Tests.Kernel;

public sealed class RefusalTests
{
    [Fact]
    public void Where_a_small_map_is_permitted_the_limit_is_too_low() => Assert.StartsWith(
        "the kernel counts BPF maps as locked memory, and the limit of 8192 KiB is too low: ulimit -l unlimited",
        Refusal.Explain(8 << 20, () => true), StringComparison.Ordinal);

    [Fact]
    public void Where_no_map_is_permitted_it_is_something_else()
    {
        Assert.StartsWith("the kernel does not let us trace", Refusal.Explain(8 << 20, () => false), StringComparison.Ordinal);
        Assert.StartsWith("the kernel does not let us trace", Refusal.Explain(null, () => true), StringComparison.Ordinal);
    }
}
