using Profiler.Host.Processes;
using Profiler.Host.Vms;

namespace Profiler.Host.Tests.Identity;

public sealed class VmNamesTests
{
    private const string Qemu = "/usr/bin/qemu-system-x86_64";
    private const string Scope = @"0::/machine.slice/machine-qemu\x2d3\x2dmy\x2dvm.scope/libvirt/emulator";

    [Theory]
    [InlineData("guest=web-1,debug-threads=on", "web-1")]
    [InlineData("debug-threads=on,guest=web-1", "web-1")]
    [InlineData("web-1", "web-1")]
    [InlineData("web-1,process=x", "web-1")]
    [InlineData("guest=a,,b", "a,b")]
    [InlineData("guest=a\e[2Jb", "a?[2Jb")]
    public void The_name_is_what_QEMU_was_given(string value, string name) =>
        Assert.Equal(name, Learned([Qemu, "-name", value, "-uuid", "u-1"], Scope));

    [Theory]
    [InlineData(Scope, "my-vm")]
    [InlineData(@"0::/machine.slice/machine-qemu\x2d12\x2da.scope", "a")]
    [InlineData(@"0::/machine.slice/machine-qemu\x2d3\x2dcut\x2doff\x2dafter\x2dsixty.scope/libvirt", "cut-off-after-sixty")]
    [InlineData(@"0::/machine.slice/machine-qemu\x2d3\x2dB\xc3\xbccher.scope", "Bücher")]
    [InlineData("12:devices:/system.slice\n1:cpu:/machine.slice/machine-qemu\\x2d3\\x2dmy\\x2dvm.scope/emulator", "my-vm")]
    [InlineData("0::/machine/qemu-3-myvm.libvirt-qemu/emulator", "myvm")]
    [InlineData("0::/machine/qemu-3-my-vm.libvirt-qemu", "my-vm")]
    [InlineData(@"0::/machine.slice/machine-qemu\x2d3\x2da\x1b.scope", "a?")]
    public void Else_what_libvirt_named_its_cgroup_after(string cgroup, string name) =>
        Assert.Equal(name, Learned([Qemu, "-uuid", "u-1"], cgroup));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0::/")]
    [InlineData("0::/user.slice/user-1000.slice/session-3.scope")]
    [InlineData(@"0::/machine.slice/machine-lxc\x2d3\x2dbox.scope")]
    [InlineData(@"0::/machine.slice/machine-qemu\x2d3.scope")]
    [InlineData(@"0::/machine.slice/machine-qemu\x2d3\x2d.scope")]
    [InlineData("0::/machine/qemu-three-vm.libvirt-qemu")]
    [InlineData("0::/machine/qemu-.libvirt-qemu")]
    public void Else_its_UUID(string? cgroup) => Assert.Equal("u-1", Learned([Qemu, "-uuid", "u-1"], cgroup));

    [Theory]
    [InlineData("/usr/bin/qemu-system-x86_64")]
    [InlineData("/usr/bin/qemu-system-x86_64", "-name")]
    [InlineData("/usr/bin/qemu-system-x86_64", "-name", "")]
    [InlineData("/usr/bin/qemu-system-x86_64", "-name", "debug-threads=on")]
    [InlineData("/usr/bin/qemu-system-x86_64", "---name", "web", "name", "web")]
    [InlineData]
    public void Else_it_has_none(params string[] arguments) => Assert.Null(Learned(arguments, "0::/"));

    [Fact]
    public void A_process_that_is_gone_has_none()
    {
        using var proc = new FakeProc();
        Assert.Null(new VmNames(new ProcFs(proc.Root)).Of(7));
    }

    private static string? Learned(string[] arguments, string? cgroup)
    {
        using var proc = new FakeProc();
        return new VmNames(new ProcFs(proc.Add(7, arguments, cgroup).Root)).Of(7)?.Vm;
    }
}
