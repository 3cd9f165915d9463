using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Tests.Kernel;

public sealed class RefusalTests
{
    private const string Limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             94563                94563                processes
        Max locked memory         {0}              8388608              bytes
        Max address space         unlimited            unlimited            bytes
        """;

    [Theory]
    [InlineData("65536", 65536L)]
    [InlineData("0", 0L)]
    [InlineData("unlimited", null)]
    public void The_soft_limit_counts(string soft, long? bytes) =>
        Assert.Equal(bytes, Refusal.LockedMemory(Limits.Replace("{0}", soft, StringComparison.Ordinal).Split('\n')));

    [Fact]
    public void No_such_line_is_no_limit() => Assert.Null(Refusal.LockedMemory([]));

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
