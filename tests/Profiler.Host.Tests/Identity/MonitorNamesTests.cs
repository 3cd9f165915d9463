using Profiler.Core.Facts;
using Profiler.Host.Processes;
using Profiler.Host.Vms;

namespace Profiler.Host.Tests.Identity;

/// <summary>What a process is called, by its monitor, its pod or its unit, and who stops it.</summary>
public sealed class MonitorNamesTests : IDisposable
{
    private const string Uid = "005f082b-5fd9-4650-8ef4-473e63b1a2c4", StaticUid = "0123456789abcdef0123456789abcdef";
    private const string Id = "6a825448c5ef07ac0c3b99532b18bdec0e1d0bb1eb41b4672d570634a1409a85";
    private const string Slice = "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod005f082b_5fd9_4650_8ef4_473e63b1a2c4.slice";
    private const string InPod = $"{Slice}/cri-containerd-{Id}.scope";

    private readonly FakeProc _proc = new();
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("vfioscope-root-");

    [Theory]
    [InlineData("qemu-system-x86_64 -name guest=web-1,debug-threads=on -uuid u-1", "web-1", null)]
    [InlineData("/usr/bin/kvm -id 100 -name web-1,debug-threads=on", "web-1", VmManagers.Proxmox)]
    [InlineData("cloud-hypervisor --api-socket /run/vms/web-1.sock --kernel k", "web-1", VmManagers.Other)]
    [InlineData("cloud-hypervisor-static --api-socket=path=/run/vms/web-1.socket", "web-1", VmManagers.Other)]
    [InlineData("cloud-hypervisor --api-socket /run/vms/web-1/api.sock", "web-1", VmManagers.Other)]
    [InlineData("cloud-hypervisor --api-socket /run/libvirt/ch/web-1-socket", "web-1", VmManagers.Libvirt)]
    [InlineData("crosvm run --name web-1 vmlinux", "web-1", VmManagers.Other)]
    [InlineData("crosvm run -s /run/vm/web-1/crosvm.sock vmlinux", "web-1", VmManagers.Other)]
    [InlineData("/usr/bin/firecracker-v1.7.0-x86_64 --id=web-1 --api-sock /a.sock", "web-1", VmManagers.Other)]
    [InlineData("dpdk-testpmd -l 0-3 --file-prefix=left -- -i", "left", VmManagers.Other)]
    [InlineData("/opt/app/router --file-prefix left", "left", VmManagers.Other)]
    [InlineData("spdk_tgt -m 0x3 -i 2", "spdk_tgt-2", VmManagers.Other)]
    [InlineData("spdk_tgt", "spdk_tgt", VmManagers.Other)]
    public void A_monitor_has_the_name_it_was_told(string commandLine, string name, string? manager) =>
        Assert.Equal(new ProcessIdentity(7, name, manager), Of(commandLine, "0::/system.slice/vms.service"));

    [Theory]
    [InlineData("cloud-hypervisor --api-socket fd=3")]
    [InlineData("cloud-hypervisor --api-socket")]
    [InlineData("crosvm run vmlinux")]
    [InlineData("firecracker --no-api")]
    [InlineData("my-own-monitor")]
    public void Without_one_it_has_that_of_its_unit(string commandLine) =>
        Assert.Equal(new ProcessIdentity(7, "gpu-7.service", VmManagers.Systemd), Of(commandLine, @"0::/system.slice/gpu\x2d7.service"));

    [Theory]
    [InlineData("1:name=systemd:/system.slice/gpu.service\n0::/", "gpu.service")]
    [InlineData("0::/user.slice/user-1000.slice/user@1000.service/app.slice/bench.scope", "bench.scope")]
    [InlineData("0::/system.slice/outer.service/inner", "outer.service")]
    [InlineData("0::/user.slice/user-1000.slice/session-3.scope", null)]
    [InlineData("0::/user.slice/user-1000.slice/user@1000.service", null)]
    [InlineData("0::/init.scope", null)]
    [InlineData("", null)]
    public void A_unit_is_a_service_or_scope_but_no_login(string cgroup, string? unit) => Assert.Equal(unit, Of("app", cgroup)?.Vm);

    [Fact]
    public void A_VM_of_libvirt_is_so_by_its_cgroup() => Assert.Equal(
        new ProcessIdentity(7, "web-1", VmManagers.Libvirt),
        Of("qemu-system-x86_64 -name guest=web-1", @"0::/machine.slice/machine-qemu\x2d3\x2dweb\x2d1.scope"));

    [Theory]
    [InlineData(InPod)]
    [InlineData($"{Slice}/crio-{Id}.scope/container")]
    [InlineData($"0::/../../kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod005f082b_5fd9_4650_8ef4_473e63b1a2c4.slice/cri-containerd-{Id}.scope")]
    [InlineData($"4:cpu:/\n0::/kubepods/besteffort/pod{Uid}/{Id}")]
    [InlineData($"0::/kubepods/pod{Uid}")]
    public void A_process_in_a_pod_has_the_name_of_the_pod(string cgroup)
    {
        Logs($"training_worker-0_{Uid}");
        Assert.Equal(new ProcessIdentity(7, "training/worker-0", VmManagers.Kubernetes, "training", "worker-0"), Of("python3 train.py", cgroup));
    }

    [Fact]
    public void A_static_pod_has_a_hash_as_its_UID()
    {
        Logs($"kube-system_gpu-node1_{StaticUid}");
        Assert.Equal("kube-system/gpu-node1", Of("app", $"0::/kubepods/pod{StaticUid}/{Id}")?.Vm);
    }

    [Theory]
    [InlineData("run/containerd/io.containerd.runtime.v2.task/k8s.io/{0}/config.json", "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-name")]
    [InlineData("run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/{0}/config.json", "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-name")]
    [InlineData("run/containers/storage/overlay-containers/{0}/userdata/config.json", "io.kubernetes.pod.namespace", "io.kubernetes.pod.name")]
    [InlineData("var/lib/containers/storage/overlay-containers/{0}/userdata/config.json", "io.kubernetes.pod.namespace", "io.kubernetes.pod.name")]
    public void Else_the_container_s_configuration_has_it(string file, string space, string name)
    {
        Write(file.Replace("{0}", Id, StringComparison.Ordinal), $$$"""{"annotations":{"{{{space}}}":"training","{{{name}}}":"worker-0"}}""");
        Assert.Equal(new ProcessIdentity(7, "training/worker-0", VmManagers.Kubernetes, "training", "worker-0"), Of("app", InPod));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"annotations":[]}""")]
    [InlineData("""{"annotations":{"io.kubernetes.cri.sandbox-namespace":7,"io.kubernetes.cri.sandbox-name":"a"}}""")]
    [InlineData("""{"annotations":{"io.kubernetes.cri.sandbox-namespace":"","io.kubernetes.cri.sandbox-name":"a"}}""")]
    public void Without_a_readable_one_it_has_its_UID(string config)
    {
        Write($"run/containerd/io.containerd.runtime.v2.task/k8s.io/{Id}/config.json", config);
        Assert.Equal(new ProcessIdentity(7, $"pod {Uid}", VmManagers.Kubernetes), Of("app", InPod));
    }

    [Fact]
    public void KubeVirt_s_VM_has_its_own_name_and_its_pod_s()
    {
        Assert.Equal(
            new ProcessIdentity(7, "default/web-1", VmManagers.KubeVirt, "default"), Of("qemu-kvm -name guest=default_web-1", InPod));
        Logs($"default_virt-launcher-web-1-x2x4z_{Uid}");
        Assert.Equal(
            new ProcessIdentity(7, "default/web-1", VmManagers.KubeVirt, "default", "virt-launcher-web-1-x2x4z"),
            Of("qemu-kvm -name guest=default_web-1,debug-threads=on", InPod));
        Assert.Equal("default/other_web-1", Of("qemu-kvm -name guest=other_web-1", InPod)?.Vm);
    }

    [Theory]
    [InlineData($"qemu-system-x86_64 -name sandbox-{Id},debug-threads=on -uuid u")]
    [InlineData($"cloud-hypervisor --api-socket /run/vc/vm/{Id}/clh-api.sock")]
    public void Kata_s_VM_has_the_name_of_its_pod_wherever_it_runs(string commandLine)
    {
        Assert.Equal(new ProcessIdentity(7, $"sandbox {Id}", VmManagers.Kata), Of(commandLine, $"0::/kata_overhead/{Id}"));
        Write(
            $"run/containerd/io.containerd.runtime.v2.task/k8s.io/{Id}/config.json",
            """{"annotations":{"io.kubernetes.cri.sandbox-namespace":"training","io.kubernetes.cri.sandbox-name":"worker-0"}}""");
        Assert.Equal(
            new ProcessIdentity(7, "training/worker-0", VmManagers.Kata, "training", "worker-0"), Of(commandLine, $"0::/kata_overhead/{Id}"));
    }

    [Fact]
    public void A_container_cannot_pass_for_another_pod()
    {
        Logs($"training_worker-0_{Uid}", $"secret_other_{StaticUid}");
        Assert.Equal("training/worker-0", Of("app", $"{InPod}/kubepods/pod{StaticUid}/{Id}")?.Vm);
        Assert.Equal("app.service", Of("app", $"0::/system.slice/app.service/pod{StaticUid}")?.Vm);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(VmManagers.Libvirt, true)]
    [InlineData(VmManagers.KubeVirt, true)]
    [InlineData(VmManagers.Kubernetes, false)]
    [InlineData(VmManagers.Proxmox, false)]
    [InlineData(VmManagers.Systemd, false)]
    public void Only_libvirt_s_VMs_have_libvirt_s_limits(string? manager, bool limits)
    {
        var facts = new HostFacts();
        facts.Add(new ProcessIdentity(7, "web-1", manager));
        Assert.Equal((limits, false), (facts.HasLibvirtLimits(7), facts.HasLibvirtLimits(8)));
    }

    public void Dispose()
    {
        _proc.Dispose();
        _root.Delete(recursive: true);
    }

    private ProcessIdentity? Of(string commandLine, string cgroup) =>
        new VmNames(new ProcFs(_proc.Add(7, commandLine.Split(' '), cgroup).Root), _root.FullName).Of(7);

    private void Logs(params string[] pods)
    {
        foreach (string pod in pods)
            _root.CreateSubdirectory($"var/log/pods/{pod}");
    }

    private void Write(string path, string text)
    {
        string file = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
